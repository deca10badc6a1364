using Cremona.Inference.Tokenizers;

namespace Cremona.Inference.Templates;

/// <summary>Collects the tokens of a dialogue segment by segment. Special tokens enter by id only, so no text can forge
/// one, and each segment is encoded alone, so training and serving cut the text at the same places.</summary>
internal sealed class ChatEncoding(ITokenizer tokenizer)
{
    private readonly List<int> _tokens = [];
    private readonly List<bool> _isLearned = [];

    public void Add(string text, bool isLearned = false)
    {
        foreach (int id in tokenizer.Encode(text)) Add(id, isLearned);
    }

    public void Add(int special, bool isLearned = false)
    {
        _tokens.Add(special);
        _isLearned.Add(isLearned);
    }

    public EncodedChat ToChat() => new([.. _tokens], [.. _isLearned]);

    /// <summary>The id of a special token that a template cannot do without.</summary>
    public static int Require(ITokenizer tokenizer, string special) =>
        tokenizer.FindSpecial(special)
        ?? throw new InvalidDataException($"the tokenizer has no special token '{special}', which the chat template needs");
}
