using Cremona.Inference.Templates.Jinja;
using Cremona.Inference.Tokenizers;

namespace Cremona.Inference.Templates;

/// <summary>Rendered dialogues to token ids. A special token or a marker is read only where the template itself wrote
/// every character of it, or a marker of answers where an answer that is learned or continued says it; what else came
/// from outside is ordinary text. Thread-safe.</summary>
/// <param name="tokenizer">Of the model.</param>
/// <param name="markers">Ids of added tokens that the tokenizer does not call special, but the template knows.</param>
/// <param name="ofAnswers">Those of the markers that stand within answers, and part no turns or calls.</param>
internal sealed class TemplateEncoder(ITokenizer tokenizer, IReadOnlySet<int> markers, IReadOnlySet<int> ofAnswers)
{
    private static readonly IReadOnlySet<int> Nobody = new HashSet<int>();

    private readonly ITokenizer _tokenizer = markers.Count == 0 ? tokenizer : tokenizer.WithSpecial(markers);
    private readonly AddedTokenFinder _special =
        new(tokenizer.AddedTokens.Where(token => token.IsSpecial || markers.Contains(token.Id)));

    /// <summary>Encodes a rendered dialogue.</summary>
    /// <param name="text">What the template wrote.</param>
    /// <param name="learned">Parts in order that are learned; the text is cut at their ends, as it is where a model
    /// begins to answer.</param>
    /// <param name="answers">Origins of the answers in which markers of answers are read.</param>
    public EncodedChat Encode(
        MarkedText text, IReadOnlyList<(int Start, int End)> learned, IReadOnlySet<int>? answers = null)
    {
        var chat = new Collected(_tokenizer, text.Text, learned);
        int done = 0;
        for (int from = 0; FindSpecial(text, from, answers ?? Nobody) is { } match; from = done)
        {
            chat.AddText(done, match.Start);
            chat.AddSpecial(match);
            done = match.End;
        }

        chat.AddText(done, text.Length);
        return chat.ToChat();
    }

    /// <summary>The first special token or marker from a place on that the template wrote, or null.</summary>
    public AddedTokenMatch? FindSpecial(MarkedText text, int from) => FindSpecial(text, from, Nobody);

    private AddedTokenMatch? FindSpecial(MarkedText text, int from, IReadOnlySet<int> answers)
    {
        int start = from;
        while (_special.Find(text.Text, start, text.Length) is { } match)
        {
            if (IsMeant(text, match, answers)) return match.Start >= from ? match : match with { Start = from };
            start = match.ContentStart + 1;
        }

        return null;
    }

    private bool IsMeant(MarkedText text, AddedTokenMatch match, IReadOnlySet<int> answers)
    {
        int origin = text.OriginAt(match.ContentStart);
        bool isSaid = answers.Contains(origin) && ofAnswers.Contains(match.Token.Id);
        if (origin != MarkedText.FromTemplate && !isSaid) return false;
        for (int i = 1; i < match.Token.Content.Length; i++)
        {
            if (text.OriginAt(match.ContentStart + i) != origin) return false;
        }

        return true;
    }

    /// <summary>The tokens so far.</summary>
    private sealed class Collected(ITokenizer tokenizer, string text, IReadOnlyList<(int Start, int End)> learned)
    {
        private readonly List<int> _tokens = [];
        private readonly List<bool> _isLearned = [];
        private TextPlace _place = TextPlace.Start;
        private int _span;

        public void AddText(int start, int end)
        {
            while (start < end)
            {
                while (_span < learned.Count && learned[_span].End <= start) _span++;
                bool isLearned = IsLearned(start);
                int cut = _span == learned.Count ? end : isLearned ? learned[_span].End : learned[_span].Start;
                cut = Math.Min(cut, end);
                foreach (int id in tokenizer.Encode(text[start..cut], _place)) Add(id, isLearned);
                _place = TextPlace.Inside;
                start = cut;
            }
        }

        public void AddSpecial(AddedTokenMatch match)
        {
            while (_span < learned.Count && learned[_span].End <= match.ContentStart) _span++;
            Add(match.Token.Id, IsLearned(match.ContentStart));
            _place = TextPlace.AfterToken;
        }

        public EncodedChat ToChat() => new([.. _tokens], [.. _isLearned]);

        private bool IsLearned(int place) => _span < learned.Count && learned[_span].Start <= place;

        private void Add(int id, bool isLearned)
        {
            _tokens.Add(id);
            _isLearned.Add(isLearned);
        }
    }
}
