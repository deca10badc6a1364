namespace Cremona.Server.Models;

/// <summary>Keeps something loaded until it is disposed.</summary>
/// <param name="value">What is held.</param>
/// <param name="release">Called once.</param>
internal sealed class LoadedHold<T>(T value, Action release) : IDisposable
{
    private Action? _release = release;

    public T Value => value;

    public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();
}
