namespace Cremona.Inference.Tokenizers;

/// <summary>Reads the <c>added_tokens</c> of a <c>tokenizer.json</c>.</summary>
internal static class TokenizerJsonAddedTokens
{
    public static List<AddedToken> Read(TokenizerElement root)
    {
        var tokens = new List<AddedToken>();
        var contents = new HashSet<string>(StringComparer.Ordinal);
        if (!root.TryGet("added_tokens", out TokenizerElement? list)) return tokens;
        foreach (TokenizerElement item in list.Items())
        {
            var token = new AddedToken(item.Get("id").Integer(), item.Get("content").Text(), item.Flag("special"))
            {
                StripsLeft = item.Flag("lstrip"),
                StripsRight = item.Flag("rstrip"),
                IsWholeWord = item.Flag("single_word"),
                IsNormalized = item.Flag("normalized"),
            };
            if (token.Id is < 0 or >= TokenizerElement.IdCountMax) throw item.Fault($"has the id {token.Id}, which is out of range");
            if (token.Content.Length == 0) throw item.Fault("has no content");
            if (!contents.Add(token.Content)) throw item.Fault($"repeats '{token.Content}'");
            tokens.Add(token);
        }

        return tokens;
    }
}
