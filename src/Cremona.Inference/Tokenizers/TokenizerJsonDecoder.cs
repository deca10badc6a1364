using Cremona.Inference.Tokenizers.Normalization;

namespace Cremona.Inference.Tokenizers;

/// <summary>Checks that the <c>decoder</c> of a <c>tokenizer.json</c> is the one that undoes the encoding.</summary>
internal static class TokenizerJsonDecoder
{
    /// <summary>It takes away one space before the whole text.</summary>
    /// <exception cref="InvalidDataException">It is another one.</exception>
    public static bool TakesFirstSpace(TokenizerElement root, bool isOfCharacters)
    {
        if (!root.TryGet("decoder", out TokenizerElement? decoder))
        {
            return isOfCharacters ? throw root.Fault("has no decoder, which a vocabulary of characters needs") : false;
        }

        bool isSequence = decoder.Get("type").Text() == "Sequence";
        TokenizerElement[] steps = isSequence ? [.. decoder.Get("decoders").Items()] : [decoder];
        return isOfCharacters ? ReadCharacters(decoder, steps) : ReadBytes(steps);
    }

    private static bool ReadBytes(TokenizerElement[] steps)
    {
        foreach (TokenizerElement step in steps)
        {
            TokenizerElement type = step.Get("type");
            if (type.Text() != "ByteLevel") throw type.Fault($"is '{type.Text()}'; only ByteLevel is supported");
        }

        return false;
    }

    private static bool ReadCharacters(TokenizerElement decoder, TokenizerElement[] steps)
    {
        bool takesFirst = false;
        bool hasBytes = false;
        foreach (TokenizerElement step in steps)
        {
            string type = step.Get("type").Text();
            hasBytes |= type == "ByteFallback";
            takesFirst |= type switch
            {
                "ByteFallback" or "Fuse" => false,
                "Replace" => ReadSpace(step),
                "Strip" => ReadStrip(step),
                "Metaspace" => TokenizerJsonPreTokenizer.PrefixOf(step) != SpacePrefix.Never,
                _ => throw step.Fault($"of type '{type}' is not supported"),
            };
        }

        return hasBytes ? takesFirst : throw decoder.Fault("has no step ByteFallback, which the vocabulary needs");
    }

    private static bool ReadSpace(TokenizerElement step)
    {
        bool isSpace = step.Get("pattern").Get("String").Text() == CharacterPieces.Space
            && step.Get("content").Text() == " ";
        return isSpace ? false : throw step.Fault("does not put a space in place of \u2581, which alone is supported");
    }

    private static bool ReadStrip(TokenizerElement step)
    {
        int start = step.Get("start").Integer();
        bool isKnown = step.Get("content").Text() == " " && start is 0 or 1 && step.Get("stop").Integer() == 0;
        return isKnown ? start == 1 : throw step.Fault("takes away more than one space at the start, which is not supported");
    }
}
