using System.Text;

namespace Cremona.Inference.Templates.Jinja;

/// <summary>Puts texts together and keeps where their characters came from.</summary>
internal sealed class MarkedTextBuilder(JinjaBudget budget)
{
    private readonly StringBuilder _text = new();
    private int[] _origins = new int[64];

    public int Length => _text.Length;

    public MarkedTextBuilder Append(MarkedText text) => Append(text, 0, text.Length);

    public MarkedTextBuilder Append(MarkedText text, int start, int length)
    {
        text.CopyOrigins(start, Grow(length));
        _text.Append(text.Text, start, length);
        return this;
    }

    public MarkedTextBuilder Append(string text, int origin = MarkedText.FromTemplate)
    {
        Grow(text.Length).Fill(origin);
        _text.Append(text);
        return this;
    }

    public MarkedTextBuilder Append(char character, int origin = MarkedText.FromTemplate)
    {
        Grow(1)[0] = origin;
        _text.Append(character);
        return this;
    }

    public MarkedText ToText() => new(_text.ToString(), _origins.AsSpan(0, _text.Length).ToArray());

    private Span<int> Grow(int length)
    {
        budget.Characters(length);
        int end = _text.Length + length;
        if (end > _origins.Length) Array.Resize(ref _origins, Math.Max(end, 2 * _origins.Length));
        return _origins.AsSpan(_text.Length, length);
    }
}
