using System.Text;
using Cremona.Inference.Grammar;
using Cremona.Inference.Grammar.Vocabulary;

namespace Cremona.Inference.Tests.Grammar;

/// <summary>Walks through grammars in the ways the tests need.</summary>
internal static class GrammarRun
{
    /// <summary>Whether a text can be written byte by byte and end there.</summary>
    public static bool Accepts(ByteGrammar grammar, string text)
    {
        TokenConstraint constraint = new TokenGrammar(grammar, Vocabularies.Tiny).Start();
        foreach (byte value in Encoding.UTF8.GetBytes(text))
        {
            // The first 256 tokens of the tiny vocabulary are the bytes.
            if (!constraint.TryAccept(value)) return false;
        }

        return constraint.MayEnd;
    }

    /// <summary>Draws tokens with equal chances, compares each mask with what the grammar says of every single token,
    /// and returns the text; null when it did not end in time.</summary>
    public static string? Walk(TokenGrammar grammar, int seed, int stepsMax, bool comparesMasks)
    {
        GrammarVocabulary vocabulary = grammar.Vocabulary;
        TokenConstraint constraint = grammar.Start();
        ulong[] mask = new ulong[TokenMask.WordCount(vocabulary.Size)];
        var bytes = new List<byte>();
        for (int step = 0; step < stepsMax; step++)
        {
            constraint.FillMask(mask);
            int[] allowed = [.. Enumerable.Range(0, vocabulary.Size).Where(id => TokenMask.Contains(mask, id))];
            if (comparesMasks)
            {
                IEnumerable<int> expected = Enumerable.Range(0, vocabulary.Size).Where(constraint.Allows);
                allowed.ShouldBe(expected, $"after '{Encoding.UTF8.GetString([.. bytes])}'");
            }

            allowed.Length.ShouldBeGreaterThan(constraint.MayEnd ? -1 : 0, "a state that cannot be completed");
            double draw = Inference.Sampling.DrawNumber.Uniform((ulong)seed, step);
            bool ends = constraint.MayEnd && (allowed.Length == 0 || draw < 0.3 || step > stepsMax / 2);
            if (ends) return Encoding.UTF8.GetString([.. bytes]);
            int token = allowed[(int)(draw * allowed.Length)];
            constraint.TryAccept(token).ShouldBeTrue();
            bytes.AddRange(vocabulary.BytesOf(token));
        }

        return null;
    }
}
