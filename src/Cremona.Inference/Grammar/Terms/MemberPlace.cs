namespace Cremona.Inference.Grammar.Terms;

/// <summary>A place among the members of an object: between two of them, or inside a name.</summary>
/// <param name="Node">The node of <see cref="MemberList.Names"/> inside a name; 0 before it.</param>
internal sealed record MemberPlace(MemberList List, MemberState State, int Node);
