namespace Cremona.Server.Models.Upstream;

/// <summary>A tuned model's adapter as another server is told of it.</summary>
/// <param name="Name">The tuned model's id, by which it is called there too.</param>
/// <param name="Path">Of the PEFT folder, as the other server sees it.</param>
internal sealed record UpstreamAdapter(string Name, string Path);
