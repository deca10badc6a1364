namespace Cremona.Server.Edge.Health;

/// <summary>One condition of <c>/readyz</c>. Register as many as a room has.</summary>
public interface IReadinessCheck
{
    /// <summary>A short word, for example <c>store</c>; the key in the answer.</summary>
    string Name { get; }

    /// <summary>Why the server cannot work, safe to show, or null when it can.</summary>
    Task<string?> FindFaultAsync(CancellationToken cancellationToken);
}
