using Cremona.Inference.Adapters;
using Cremona.Inference.KvCache;

namespace Cremona.Inference.Architectures;

/// <summary>Consecutive tokens of one sequence in a forward pass.</summary>
/// <param name="Cache">The sequence; the tokens take the positions after those it holds.</param>
/// <param name="Adapter">The sequence's adapter; null runs the base model.</param>
/// <param name="Tokens">Ids, at least one.</param>
/// <param name="LogitCount">For how many of the last tokens logits are wanted, 0 to the number of tokens.</param>
public readonly record struct ForwardSegment(
    SequenceCache Cache, LoraAdapter? Adapter, ReadOnlyMemory<int> Tokens, int LogitCount);
