using Cremona.Inference.Architectures;

namespace Cremona.Training.Backward;

/// <summary>Shape of a LoRA adapter to train. Hu et al., 2021.</summary>
/// <param name="Rank">Width of the low-rank update, at least 1.</param>
/// <param name="Alpha">The update is scaled by alpha / rank.</param>
/// <param name="Targets">The linear layers of every block that get an adapter; at least one.</param>
public sealed record LoraSettings(int Rank, float Alpha, IReadOnlyList<LinearKind> Targets);
