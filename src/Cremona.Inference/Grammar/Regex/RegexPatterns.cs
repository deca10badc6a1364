using Cremona.Inference.Grammar.Patterns;

namespace Cremona.Inference.Grammar.Regex;

/// <summary>Turns regular expressions into patterns. A node is built together with what follows it, so that anchors
/// and look-ahead have something to look at.</summary>
internal sealed class RegexPatterns(PatternFactory factory)
{
    /// <summary>The texts that contain a match, as JSON Schema's <c>pattern</c> asks.</summary>
    /// <exception cref="GrammarException">The expression is malformed or not supported.</exception>
    public Pattern Search(string regex)
    {
        RegexNode node = RegexParser.Parse(regex);
        Pattern later = Build(node, factory.Anything, isStart: false);
        if (!node.HasStart) return factory.Concat(factory.Anything, later);
        Pattern first = Build(node, factory.Anything, isStart: true);
        return factory.Or(first, factory.Concat(factory.AnyCharacter, factory.Anything, later));
    }

    /// <summary>The texts that match as a whole.</summary>
    /// <exception cref="GrammarException">The expression is malformed or not supported.</exception>
    public Pattern Whole(string regex) => Build(RegexParser.Parse(regex), factory.Epsilon, isStart: true);

    private Pattern Build(RegexNode node, Pattern rest, bool isStart)
    {
        if (!node.HasAssertion) return factory.Concat(Plain(node), rest);
        switch (node.Kind)
        {
            case RegexKind.Start:
                return isStart ? rest : factory.Empty;
            case RegexKind.End:
                return rest.IsNullable ? factory.Epsilon : factory.Empty;
            case RegexKind.Choice:
                return factory.Or(node.Parts.Select(part => Build(part, rest, isStart)));
            case RegexKind.Sequence:
                return BuildSequence(node.Parts, rest, isStart);
            case RegexKind.LookAhead:
                // The expression looks at the rest of the text, of which it may take any part.
                Pattern ahead = Build(node.Parts[0], factory.Anything, isStart);
                return factory.And(rest, node.IsNegative ? factory.Not(ahead) : ahead);
            default:
                return BuildRepeat(node, rest, isStart);
        }
    }

    private Pattern BuildSequence(RegexNode[] parts, Pattern rest, bool isStart)
    {
        var starts = new bool[parts.Length];
        bool isStillStart = isStart;
        for (int i = 0; i < parts.Length; i++)
        {
            starts[i] = isStillStart;
            if (isStillStart && !IsWidthless(parts[i]))
            {
                if (IsNullable(parts[i]) && parts.Skip(i + 1).Any(part => part.HasStart))
                    throw new GrammarException("", "a regular expression with ^ after something optional is not supported");
                isStillStart = false;
            }
        }

        for (int i = parts.Length - 1; i >= 0; i--) rest = Build(parts[i], rest, starts[i]);
        return rest;
    }

    private Pattern BuildRepeat(RegexNode node, Pattern rest, bool isStart)
    {
        if (node.Max > 1)
            throw new GrammarException("", "a regular expression that repeats an anchor or a look-ahead is not supported");
        Pattern one = Build(node.Parts[0], rest, isStart);
        return node.Min == 1 ? one : node.Max == 0 ? rest : factory.Or(one, rest);
    }

    private Pattern Plain(RegexNode node) => node.Kind switch
    {
        RegexKind.Class => factory.Class(node.Set),
        RegexKind.Choice => factory.Or(node.Parts.Select(Plain)),
        RegexKind.Repeat => factory.Repeat(Plain(node.Parts[0]), node.Min, node.Max),
        _ => factory.Concat([.. node.Parts.Select(Plain)]),
    };

    private static bool IsWidthless(RegexNode node) => node.Kind switch
    {
        RegexKind.Start or RegexKind.End or RegexKind.LookAhead => true,
        RegexKind.Class => false,
        _ => node.Parts.All(IsWidthless),
    };

    private static bool IsNullable(RegexNode node) => node.Kind switch
    {
        RegexKind.Class => false,
        RegexKind.Choice => node.Parts.Any(IsNullable),
        RegexKind.Repeat => node.Min == 0 || IsNullable(node.Parts[0]),
        RegexKind.Sequence => node.Parts.All(IsNullable),
        _ => true,
    };
}
