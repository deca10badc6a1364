using Cremona.Inference.Grammar.Lexemes;

namespace Cremona.Inference.Grammar.Terms;

/// <summary>What may still be written, as an immutable term; equal terms of one <see cref="TermFactory"/> are one
/// object. A term is also the state of a constraint: the chain of its <c>Concat</c>s is the stack.</summary>
internal sealed class Term
{
    public const int Unbounded = int.MaxValue;

    public required TermKind Kind { get; init; }

    public required int Id { get; init; }

    /// <summary>Of <c>Bytes</c>, of which the first <see cref="Offset"/> are written already.</summary>
    public byte[] Bytes { get; init; } = [];

    public int Offset { get; init; }

    public LexemeAutomaton? Lexeme { get; init; }

    /// <summary>The state of <see cref="Lexeme"/>.</summary>
    public int State { get; init; }

    /// <summary>Two of <c>Concat</c>, one of <c>Repeat</c>, any number of <c>Or</c>.</summary>
    public Term[] Parts { get; init; } = [];

    public int Min { get; init; }

    public int Max { get; init; }

    /// <summary>What a <c>Rule</c> stands for, set while the grammar is built; what <c>Members</c> go on with, set when
    /// a row gets there.</summary>
    public Term? Body { get; set; }

    /// <summary>Of <c>Members</c> and <c>Name</c>.</summary>
    public MemberPlace? Place { get; init; }

    /// <summary>The name of a <c>Rule</c>.</summary>
    public string Name { get; init; } = "";

    /// <summary>Matches the empty output. Known once the grammar is sealed.</summary>
    public bool? Nullable { get; set; }

    /// <summary>Some finite output matches. Known once the grammar is sealed.</summary>
    public bool? Productive { get; set; }

    public bool IsNullable => Nullable ??= FindNullable();

    public bool IsProductive => Productive ??= FindProductive();

    private bool FindNullable()
    {
        GrammarLimits.RefuseDeepNesting();
        return Kind switch
        {
            TermKind.Epsilon => true,
            TermKind.Lexeme => Lexeme!.IsAccepting(State),
            TermKind.Concat => Parts[0].IsNullable && Parts[1].IsNullable,
            TermKind.Or => Array.Exists(Parts, part => part.IsNullable),
            TermKind.Repeat => Min == 0 || Parts[0].IsNullable,
            TermKind.Members => Place!.List.MayEnd(Place.State),
            _ => false,
        };
    }

    private bool FindProductive()
    {
        GrammarLimits.RefuseDeepNesting();
        return Kind switch
        {
            TermKind.Empty => false,
            TermKind.Concat => Parts[0].IsProductive && Parts[1].IsProductive,
            TermKind.Or => Array.Exists(Parts, part => part.IsProductive),
            TermKind.Repeat => Min == 0 || Parts[0].IsProductive,
            TermKind.Rule => false,
            TermKind.Members => Place!.List.IsProductive(static term => term.IsProductive),
            _ => true,
        };
    }
}
