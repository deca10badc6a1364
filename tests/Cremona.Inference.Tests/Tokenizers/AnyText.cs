using System.Text;
using CsCheck;

namespace Cremona.Inference.Tests.Tokenizers;

/// <summary>Generators of text: every plane, controls, and the kinds of text that people write.</summary>
internal static class AnyText
{
    private static readonly string[] Typical =
    [
        "hello world", "I'll don't WE'RE", "  indented\n\n\tline  ", "你好，世界！", "ＦＵＬＬ　ｗｉｄｔｈ", "👩‍👩‍👧‍👦🏳️‍🌈", "e\u0301\u0323", "𠀀𠮷𝒳",
        "<|im_start|>", "<|im_end|>", "\u0000\u0001\u001f\u007f", "1234567890 ٣", "مرحبا", "हिन्दी", "\r\n\r\n", "   ", "\u00a0\u3000\u2028",
    ];

    private static readonly Gen<string> Character =
        Gen.Int[0, 0x10FFFF].Where(c => c is < 0xD800 or > 0xDFFF).Select(c => new Rune(c).ToString());

    /// <summary>Well-formed Unicode text.</summary>
    public static Gen<string> WellFormed { get; } =
        Gen.OneOf(Gen.Int[0, Typical.Length - 1].Select(i =>
            Typical[i]), Character, Gen.Char[' ', '~'].Select(c => c.ToString()))
            .Array[0, 24].Select(string.Concat);

    /// <summary>Any UTF-16 units, halves of pairs among them.</summary>
    public static Gen<string> Units { get; } =
        Gen.OneOf(Gen.Char, Gen.Char['\uD800', '\uDFFF'], Gen.Char[' ', '~']).Array[0, 40].Select(c => new string(c));
}
