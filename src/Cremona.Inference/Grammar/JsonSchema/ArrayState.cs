namespace Cremona.Inference.Grammar.JsonSchema;

/// <summary>How far a counted array is written.</summary>
/// <param name="Count">Items that are there; not counted beyond the last number that makes a difference.</param>
/// <param name="Used">Where no two items may be equal: the values that are there, one bit each.</param>
/// <param name="Matches">How many items met each condition, as digits of one number.</param>
internal readonly record struct ArrayState(int Count, ulong Used, int Matches);
