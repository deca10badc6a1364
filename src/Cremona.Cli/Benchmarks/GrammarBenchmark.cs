using System.Diagnostics;
using Cremona.Inference.Grammar;
using Cremona.Inference.Grammar.JsonSchema;
using Cremona.Inference.Grammar.Vocabulary;
using Cremona.Inference.Tokenizers;

namespace Cremona.Cli.Benchmarks;

/// <summary>Walks the instances of schemas token by token, as MaskBench (guidance-ai/jsonschemabench) does: the mask is
/// asked for before each token; a valid instance must reach the end of text, an invalid one must be stopped.</summary>
internal sealed class GrammarBenchmark(ITokenizer tokenizer, MemberOrder order)
{
    private const int WarmUpCases = 30;

    private readonly GrammarVocabulary _vocabulary = new(tokenizer);
    private readonly ulong[] _mask = new ulong[TokenMask.WordCount(tokenizer.VocabularySize)];
    private readonly List<double> _maskTimes = [];
    private readonly List<double> _compileTimes = [];

    /// <summary>Runs all cases; the first ones are run once before, so that compiling the program is not
    /// measured.</summary>
    public GrammarReport Run(
        IReadOnlyList<GrammarCase> cases, Action<GrammarOutcome> observe, CancellationToken cancellationToken)
    {
        foreach (GrammarCase warmUp in cases.Take(WarmUpCases)) Run(warmUp);
        _maskTimes.Clear();
        _compileTimes.Clear();
        var outcomes = new List<GrammarOutcome>();
        foreach (GrammarCase next in cases)
        {
            cancellationToken.ThrowIfCancellationRequested();
            GrammarOutcome outcome = Run(next);
            outcomes.Add(outcome);
            observe(outcome);
        }

        return new GrammarReport
        {
            VocabularySize = tokenizer.VocabularySize,
            Schemas = outcomes.Count,
            Passed = outcomes.Count(outcome => outcome.IsPassed),
            PassShare = outcomes.Count == 0 ? 0 : (double)outcomes.Count(outcome => outcome.IsPassed) / outcomes.Count,
            Refused = outcomes.Count(outcome => outcome.Refused is not null),
            WrongAccepts = outcomes.Sum(outcome => outcome.WrongAccepts),
            ValidRejected = outcomes.Sum(outcome => outcome.ValidRejected),
            Masks = _maskTimes.Count,
            MaskMicroseconds = Quantiles.Of(_maskTimes),
            CompileMilliseconds = Quantiles.Of(_compileTimes),
        };
    }

    private GrammarOutcome Run(GrammarCase item)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            var grammar = new TokenGrammar(JsonSchemaGrammar.Compile(item.Schema, order), _vocabulary);
            _compileTimes.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            return Walk(item, grammar);
        }
        catch (GrammarException fault)
        {
            return new GrammarOutcome(item.Name, fault.Message, 0, 0, null);
        }
    }

    private GrammarOutcome Walk(GrammarCase item, TokenGrammar grammar)
    {
        int wrong = 0;
        int rejected = 0;
        string? first = null;
        foreach ((string text, bool isValid) in item.Instances)
        {
            int reached = Walk(grammar, tokenizer.Encode(text), out bool isAccepted);
            if (isAccepted == isValid) continue;
            if (isValid) rejected++;
            else wrong++;
            first ??= isValid ? $"stopped at {text[Math.Max(0, Math.Min(reached, text.Length) - 60)..Math.Min(reached + 40, text.Length)]}" : $"accepted {text[..Math.Min(300, text.Length)]}";
        }

        return new GrammarOutcome(item.Name, null, wrong, rejected, first);
    }

    /// <returns>Characters that were written.</returns>
    private int Walk(TokenGrammar grammar, int[] tokens, out bool isAccepted)
    {
        TokenConstraint constraint = grammar.Start();
        isAccepted = false;
        for (int i = 0; i < tokens.Length; i++)
        {
            FillMask(constraint);
            if (!TokenMask.Contains(_mask, tokens[i])) return tokenizer.Decode(tokens.AsSpan(0, i)).Length;
            if (!constraint.TryAccept(tokens[i])) throw new UnreachableException("A mask allows what the grammar does not.");
        }

        FillMask(constraint);
        isAccepted = constraint.MayEnd;
        return int.MaxValue / 2;
    }

    private void FillMask(TokenConstraint constraint)
    {
        long start = Stopwatch.GetTimestamp();
        constraint.FillMask(_mask);
        _maskTimes.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
    }
}
