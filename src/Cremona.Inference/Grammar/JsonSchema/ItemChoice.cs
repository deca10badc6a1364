using Cremona.Inference.Grammar.Terms;

namespace Cremona.Inference.Grammar.JsonSchema;

/// <summary>An item that may come at a place of a counted array.</summary>
/// <param name="Item">Writes it.</param>
/// <param name="Matches">The conditions that count it, one bit each.</param>
/// <param name="Value">Where no two items may be equal: its bit; otherwise 0.</param>
internal readonly record struct ItemChoice(Term Item, uint Matches, ulong Value);
