namespace Cremona.Server.Models;

/// <summary>Keeps something loaded until it is disposed.</summary>
/// <typeparam name="T">What is loaded.</typeparam>
/// <param name="value">What is held.</param>
/// <param name="release">Called once.</param>
public sealed class LoadedHold<T>(T value, Action release) : IDisposable
{
    private Action? _release = release;

    /// <summary>May be used until the hold is disposed.</summary>
    public T Value => value;

    public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();
}
