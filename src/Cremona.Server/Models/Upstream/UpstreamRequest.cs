namespace Cremona.Server.Models.Upstream;

/// <summary>What is sent to another server.</summary>
/// <param name="Body">JSON, UTF-8.</param>
/// <param name="Adapter">What the server must have loaded before; null when nothing.</param>
internal sealed record UpstreamRequest(byte[] Body, UpstreamAdapter? Adapter);
