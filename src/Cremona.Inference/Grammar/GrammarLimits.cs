using System.Runtime.CompilerServices;

namespace Cremona.Inference.Grammar;

/// <summary>Bounds that keep a hostile grammar from taking time or memory; each ends in a
/// <see cref="GrammarException"/> that names it.</summary>
internal static class GrammarLimits
{
    /// <summary>Distinct terms of the regular expressions of one grammar.</summary>
    public const int PatternTerms = 100_000;

    /// <summary>States that a search for a matching text visits.</summary>
    public const int SearchStates = 5_000;

    /// <summary>Byte states of one regular expression.</summary>
    public const int LexemeStates = 500_000;

    /// <summary>Of them, those whose successors are kept at a time.</summary>
    public const int LexemeRows = 20_000;

    /// <summary>Characters that a JSON schema may ask of a string; one that counts them can have no more. Each has some
    /// ten byte states.</summary>
    public const int StringLength = 50_000;

    /// <summary>Nesting of groups and values.</summary>
    public const int Depth = 128;

    /// <summary>Characters of a regular expression, a template or a grammar text.</summary>
    public const int TextLength = 100_000;

    /// <summary>Terms of a grammar that its text makes.</summary>
    public const int GrammarTerms = 1_000_000;

    /// <summary>Terms kept between tokens before the memory of a grammar starts afresh.</summary>
    public const int KeptTerms = 100_000;

    /// <summary>Schemas, and ways to combine their parts, that one JSON schema makes.</summary>
    public const int SchemaParts = 20_000;

    /// <summary>Named members of one object.</summary>
    public const int Members = 2_000;

    /// <summary>What one compilation takes; whoever has to wait for it waits no longer.</summary>
    public static readonly TimeSpan CompileTime = TimeSpan.FromSeconds(5);

    /// <summary>States of one array whose items are counted.</summary>
    public const int ArrayStates = 1_000;

    /// <summary>Ways in which the names of one object can match its patterns.</summary>
    public const int NameKinds = 64;

    /// <summary>Rules that begin with each other.</summary>
    public const int Starts = 5_000;

    /// <summary>Alternatives that one value of a JSON schema has after combination.</summary>
    public const int Alternatives = 1_000;

    /// <summary>Called at each step into a term whose depth only the size of the grammar bounds.</summary>
    /// <exception cref="GrammarException">The thread's stack is nearly used up.</exception>
    public static void RefuseDeepNesting()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new GrammarException("", "the grammar is nested too deeply; simplify it");
    }
}
