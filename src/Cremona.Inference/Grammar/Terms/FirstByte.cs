using Cremona.Inference.Grammar.Lexemes;
using Cremona.Inference.Grammar.Vocabulary;

namespace Cremona.Inference.Grammar.Terms;

/// <summary>Finds the byte that must come next, where there is only one.</summary>
internal static class FirstByte
{
    private const int None = -1;
    private const int Several = -2;

    /// <summary>Null where several bytes, or none, may come.</summary>
    public static byte? Only(TermFactory factory, Term state)
    {
        int found = Find(state, None);
        return found >= 0 && state != factory.Epsilon ? (byte)found : null;
    }

    private static int Find(Term term, int found)
    {
        GrammarLimits.RefuseDeepNesting();
        if (!term.IsProductive || found == Several) return found;
        switch (term.Kind)
        {
            case TermKind.Bytes:
                return Join(found, term.Bytes[term.Offset]);
            case TermKind.Lexeme:
                int[] row = term.Lexeme!.Row(term.State);
                for (int value = 0; value < 256 && found != Several; value++)
                {
                    if (row[value] != LexemeAutomaton.Dead) found = Join(found, value);
                }

                return found;
            case TermKind.Concat:
                found = Find(term.Parts[0], found);
                return term.Parts[0].IsNullable ? Find(term.Parts[1], found) : found;
            case TermKind.Or or TermKind.Repeat:
                foreach (Term part in term.Parts) found = Find(part, found);
                return found;
            case TermKind.Rule or TermKind.Members:
                return Find(TermFactory.BodyOf(term), found);
            case TermKind.Name:
                MemberPlace place = term.Place!;
                TokenTrie names = place.List.Names;
                for (int name = place.Node + 1; name < names.Ends[place.Node]; name = names.Ends[name])
                {
                    if (place.List.CanBegin(place.State, name)) found = Join(found, names.Bytes[name]);
                }

                return found;
            default:
                return found;
        }
    }

    private static int Join(int found, int value) => found == None || found == value ? value : Several;
}
