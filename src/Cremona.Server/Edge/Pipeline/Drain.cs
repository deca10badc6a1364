using Microsoft.Extensions.Options;

namespace Cremona.Server.Edge.Pipeline;

/// <summary>When the server stops, running requests get <see cref="EdgeOptions.DrainSecondsMax"/>; then the token
/// fires.</summary>
internal sealed class Drain : IDisposable
{
    private readonly CancellationTokenSource _over = new();
    private readonly CancellationTokenRegistration _registration;
    private ITimer? _timer;

    public Drain(IHostApplicationLifetime lifetime, IOptions<EdgeOptions> options, TimeProvider clock)
    {
        var grace = TimeSpan.FromSeconds(options.Value.DrainSecondsMax);
        _registration = lifetime.ApplicationStopping.Register(() =>
            _timer = clock.CreateTimer(_ => _over.Cancel(), null, grace, Timeout.InfiniteTimeSpan));
    }

    public CancellationToken Token => _over.Token;

    public void Dispose()
    {
        _registration.Dispose();
        _timer?.Dispose();
        _over.Dispose();
    }
}
