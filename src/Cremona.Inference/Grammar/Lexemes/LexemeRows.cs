using Cremona.Inference.Grammar.Patterns;

namespace Cremona.Inference.Grammar.Lexemes;

/// <summary>Spells the characters that may come next as bytes: UTF-8 (RFC 3629) and JSON escapes (RFC 8259).</summary>
internal sealed class LexemeRows(PatternFactory factory, LexemeEncoding encoding, Func<LexemeState, int> idOf)
{
    private const int FirstLead = 0xC2;
    private const int LastLead = 0xF4;
    private const int FirstHigh = 0xD800;
    private const int FirstLow = 0xDC00;
    private const int LastLow = 0xDFFF;
    private static readonly (char Mark, int Scalar)[] Escapes =
        [('"', '"'), ('\\', '\\'), ('/', '/'), ('b', 8), ('f', 12), ('n', 10), ('r', 13), ('t', 9)];

    /// <returns>[256], the state after each byte or <see cref="LexemeAutomaton.Dead"/>.</returns>
    public int[] Make(LexemeState state)
    {
        var row = new int[256];
        Array.Fill(row, LexemeAutomaton.Dead);
        switch (state.Stage)
        {
            case LexemeStage.Boundary:
                AddAscii(row, state.Pattern);
                AddLeads(row, state.Pattern);
                break;
            case LexemeStage.Utf8:
                AddContinuations(row, state);
                break;
            case LexemeStage.Tail:
                for (int value = 0x80; value < 0xC0; value++) row[value] = Tail(state.Pattern, state.Left - 1);
                break;
            case LexemeStage.Escape:
                AddEscapes(row, state.Pattern);
                break;
            case LexemeStage.Hex:
                AddDigits(row, state);
                break;
            case LexemeStage.LowBackslash:
                row['\\'] = idOf(state with { Stage = LexemeStage.LowMark });
                break;
            default:
                row['u'] = idOf(state with { Stage = LexemeStage.Hex, Left = 4 });
                break;
        }

        return row;
    }

    private void AddAscii(int[] row, Pattern pattern)
    {
        bool isJson = encoding == LexemeEncoding.JsonString;
        PatternTransition[] transitions = factory.Transitions(pattern);
        foreach (PatternTransition transition in transitions)
        {
            for (int value = transition.First; value <= Math.Min(transition.Last, 0x7F); value++)
            {
                if (isJson && value is < ' ' or '"' or '\\') continue;
                row[value] = Boundary(transition.Next);
            }
        }

        if (isJson && transitions.Length > 0) row['\\'] = idOf(new LexemeState(LexemeStage.Escape, pattern));
    }

    private void AddLeads(int[] row, Pattern pattern)
    {
        PatternTransition[] transitions = factory.Transitions(pattern);
        if (transitions.Length == 0 || transitions[^1].Last < 0x80) return;
        for (int lead = FirstLead; lead <= LastLead; lead++)
        {
            int left = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
            row[lead] = Inside(new LexemeState(LexemeStage.Utf8, pattern, lead & (0x3F >> left), left));
        }
    }

    private void AddContinuations(int[] row, LexemeState state)
    {
        // After E0 and F0 the smaller ones would spell what has a shorter sequence.
        int least = state.Bits != 0 ? 0x80 : state.Left == 2 ? 0xA0 : 0x90;
        for (int value = least; value < 0xC0; value++)
        {
            var next = state with { Bits = (state.Bits << 6) | (value & 0x3F), Left = state.Left - 1 };
            row[value] = Inside(next);
        }
    }

    /// <summary>The state inside a UTF-8 sequence, the shared one where the rest of the sequence makes no
    /// difference.</summary>
    private int Inside(LexemeState state)
    {
        int first = state.Bits << (6 * state.Left);
        int last = first + (1 << (6 * state.Left)) - 1;

        // The first lead bytes of three and four bytes would also spell shorter sequences.
        int shortest = state is { Left: 2, Bits: 0 } ? 0x800 : state is { Left: 3, Bits: 0 } ? 0x10000 : first;
        (bool isAny, Pattern? only) = Within(state.Pattern, Math.Max(first, shortest), last);
        if (!isAny) return LexemeAutomaton.Dead;
        if (only is not null && shortest == first) return Tail(only, state.Left);
        return idOf(state);
    }

    private int Tail(Pattern next, int left) =>
        left == 0 ? Boundary(next) : idOf(new LexemeState(LexemeStage.Tail, next, Left: left));

    private int Boundary(Pattern next) => idOf(new LexemeState(LexemeStage.Boundary, next));

    private void AddEscapes(int[] row, Pattern pattern)
    {
        foreach ((char mark, int scalar) in Escapes)
        {
            if (Find(pattern, scalar) is { } next) row[mark] = Boundary(next);
        }

        row['u'] = idOf(new LexemeState(LexemeStage.Hex, pattern, Left: 4));
    }

    private void AddDigits(int[] row, LexemeState state)
    {
        for (int digit = 0; digit < 16; digit++)
        {
            int id = AfterDigit(state with { Bits = (state.Bits << 4) | digit, Left = state.Left - 1 });
            row["0123456789abcdef"[digit]] = id;
            row["0123456789ABCDEF"[digit]] = id;
        }
    }

    private int AfterDigit(LexemeState state)
    {
        int first = state.Bits << (4 * state.Left);
        int last = first + (1 << (4 * state.Left)) - 1;
        if (state.High != 0)
        {
            first = Math.Max(first, FirstLow);
            last = Math.Min(last, LastLow);
            if (first > last || !Within(state.Pattern, Pair(state.High, first), Pair(state.High, last)).IsAny)
                return LexemeAutomaton.Dead;
            return state.Left > 0 ? idOf(state) : Boundary(Find(state.Pattern, Pair(state.High, first))!);
        }

        int firstHigh = Math.Max(first, FirstHigh);
        int lastHigh = Math.Min(last, FirstLow - 1);
        bool isHighAny = firstHigh <= lastHigh
            && Within(state.Pattern, Pair(firstHigh, FirstLow), Pair(lastHigh, LastLow)).IsAny;
        if (!isHighAny && !Within(state.Pattern, first, last).IsAny) return LexemeAutomaton.Dead;
        if (state.Left > 0) return idOf(state);
        return isHighAny
            ? idOf(new LexemeState(LexemeStage.LowBackslash, state.Pattern, High: first))
            : Boundary(Find(state.Pattern, first)!);
    }

    private static int Pair(int high, int low) => 0x10000 + ((high - FirstHigh) << 10) + (low - FirstLow);

    private Pattern? Find(Pattern pattern, int scalar)
    {
        (bool isAny, Pattern? only) = Within(pattern, scalar, scalar);
        return isAny ? only : null;
    }

    /// <summary>Whether a character of the range may come next, and what follows all of them if it is the
    /// same.</summary>
    private (bool IsAny, Pattern? Only) Within(Pattern pattern, int first, int last)
    {
        PatternTransition[] transitions = factory.Transitions(pattern);
        int low = 0;
        int high = transitions.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (transitions[middle].Last < first) low = middle + 1;
            else high = middle;
        }

        if (low == transitions.Length || transitions[low].First > last) return (false, null);
        bool isWhole = transitions[low].First <= first && transitions[low].Last >= last;
        return (true, isWhole ? transitions[low].Next : null);
    }
}
