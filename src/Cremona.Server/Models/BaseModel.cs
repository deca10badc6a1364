using Cremona.Inference.Kernels;

namespace Cremona.Server.Models;

/// <summary>A model of the configuration.</summary>
/// <param name="Id">Its own name, for example <c>nano</c>.</param>
/// <param name="Folder">Absolute path of the Hugging Face folder or GGUF file; null when its weights are not here, so that
/// it cannot be tuned.</param>
/// <param name="Aliases">Wire names that mean this model, in the order of the configuration.</param>
/// <param name="Weights">How the weights lie in memory; null takes the format that loses nothing.</param>
/// <param name="IsUpstream">Other servers answer for it.</param>
public sealed record BaseModel(
    string Id, string? Folder, IReadOnlyList<string> Aliases, WeightFormat? Weights, bool IsUpstream = false);
