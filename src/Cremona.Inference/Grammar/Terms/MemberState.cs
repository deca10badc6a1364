using System.Numerics;

namespace Cremona.Inference.Grammar.Terms;

/// <summary>How far the members of an object are written.</summary>
/// <param name="Written">The named members that are there, one bit each; kept in a free order only.</param>
/// <param name="Next">The first member that may still come; kept in the listed order only.</param>
/// <param name="Count">Their number; kept only where the schema counts them.</param>
/// <param name="IsFirst">None is there yet.</param>
internal readonly record struct MemberState(BigInteger Written, int Next, int Count, bool IsFirst);
