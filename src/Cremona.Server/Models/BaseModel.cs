namespace Cremona.Server.Models;

/// <summary>A model of the configuration that can be served and tuned.</summary>
/// <param name="Id">Its own name, for example <c>nano</c>.</param>
/// <param name="Folder">Absolute path of the Hugging Face folder.</param>
/// <param name="Aliases">Wire names that mean this model, in the order of the configuration.</param>
public sealed record BaseModel(string Id, string Folder, IReadOnlyList<string> Aliases);
