using System.Globalization;
using System.Text;
using System.Text.Json;
using Cremona.Server.Edge.Json;
using CsCheck;

namespace Cremona.Server.Tests.Edge;

public class LenientJsonTests
{
    private const int DepthMax = 64;

    /// <summary>Any JSON value up to three levels deep.</summary>
    private static readonly Gen<string> AnyJson = Gen.Recursive<string>((depth, inner) =>
    {
        Gen<string> text = Gen.String.Select(value => JsonSerializer.Serialize(value));
        Gen<string> scalar = Gen.OneOf(
            text, Gen.Long.Select(value => value.ToString(CultureInfo.InvariantCulture)),
            Gen.Double.Where(double.IsFinite).Select(value => value.ToString("R", CultureInfo.InvariantCulture)),
            Gen.Int[0, 2].Select(index => new[] { "true", "false", "null" }[index]));
        return depth == 3
            ? scalar
            : Gen.OneOf(
                scalar,
                inner.List[0, 4].Select(items => $"[{string.Join(',', items)}]"),
                Gen.Select(text, inner).List[0, 4].Select(
                    members => $"{{{string.Join(',', members.Select(member => $"{member.Item1}:{member.Item2}"))}}}"));
    });

    [Fact]
    public void Parse_ReadsTheDocumentedExample()
    {
        using JsonDocument document =
            Parse("""{"fine_tuning_job_id": "2378728343", "after":"0", limit: 10}""");

        document.RootElement.GetRawText().ShouldBe(
            """{"fine_tuning_job_id":"2378728343","after":"0","limit":10}""");
    }

    [Theory]
    [InlineData("{a:1}", """{"a":1}""")]
    [InlineData("{$a_1-b:1, 键: 2}", """{"$a_1-b":1,"键":2}""")]
    [InlineData("[1,2,]", "[1,2]")]
    [InlineData("{\"a\":[1,],}", """{"a":[1]}""")]
    [InlineData("// c\n{\"a\": /* in , between */ 1} // end", """{"a":1}""")]
    [InlineData("{/**/}", "{}")]
    [InlineData("{\"url\": \"http://x/*no*/\", a:1}", """{"url":"http://x/*no*/","a":1}""")]
    [InlineData("{id: 863831823174049792}", """{"id":863831823174049792}""")]
    [InlineData("{a:\"\\uD83D\\ude00\"}", """{"a":"\uD83D\ude00"}""")]
    [InlineData("{\"a\":\"\\\\ud83d\"}", """{"a":"\\ud83d"}""")]
    [InlineData("{a:\"\\u4e2d\\n\\\"\"}", """{"a":"\u4e2d\n\""}""")]
    public void Parse_ReadsWhatPeoplePaste(string text, string strict)
    {
        using JsonDocument document = Parse(text);

        document.RootElement.GetRawText().ShouldBe(strict);
    }

    [Theory]
    [InlineData("{\"a\": 1", 1, 8)]
    [InlineData("", 1, 1)]
    [InlineData("{a 1}", 1, 4)]
    [InlineData("{\"a\": tru}", 1, 7)]
    [InlineData("{\"a\": 01}", 1, 7)]
    [InlineData("{\"a\": 1.}", 1, 7)]
    [InlineData("{\n  \"a\": 1,\n  \"b\" 2\n}", 3, 7)]
    [InlineData("{\"中文😀\": }", 1, 9)]
    [InlineData("{,}", 1, 2)]
    [InlineData("[1,,2]", 1, 4)]
    [InlineData("[1 2]", 1, 4)]
    [InlineData("{} {}", 1, 4)]
    [InlineData("{a: 'x'}", 1, 5)]
    [InlineData("/* open", 1, 1)]
    [InlineData("{\"a\": \"\\x\"}", 1, 8)]
    [InlineData("{\"a\": \"line\nbreak\"}", 1, 12)]
    [InlineData("NaN", 1, 1)]
    public void Parse_SaysWhere_WhenItCannotGoOn(string text, int line, int column)
    {
        var fault = Should.Throw<JsonFaultException>(() => Parse(text));

        (fault.Line, fault.Column).ShouldBe((line, column));
        fault.Message.ShouldBe($"invalid json body at line {line} column {column}");
    }

    [Theory]
    [InlineData("{\"a\": \"x\\ud83d\"}", 9)]
    [InlineData("{\"a\": \"\\ude00\\ud83d\"}", 8)]
    [InlineData("{\"\\uD83D\\u0041\": 1}", 3)]
    [InlineData("{a: \"\\uD83D\"}", 6)]
    public void Parse_RefusesHalfACharacter_AndSaysWhere(string text, int column) =>
        Should.Throw<JsonFaultException>(() => Parse(text)).Message.ShouldBe(
            $"invalid json body at line 1 column {column}: half of a surrogate pair is no character");

    [Fact]
    public void Parse_SaysWhere_WhenBytesAreNoUtf8()
    {
        var fault = Should.Throw<JsonFaultException>(
            () => LenientJson.Parse(new byte[] { (byte)'{', (byte)'"', 0xff, (byte)'"' }, DepthMax));

        (fault.Line, fault.Column).ShouldBe((1, 3));
    }

    [Fact]
    public void Parse_SaysWhere_WhenBytesInsideOfATextAreNoUtf8()
    {
        byte[] text = [.. "{\"a\":\""u8, 0xb2, .. "\"}"u8];

        var fault = Should.Throw<JsonFaultException>(() => LenientJson.Parse(text, DepthMax));

        (fault.Line, fault.Column).ShouldBe((1, 7));
    }

    [Fact]
    public void Parse_SkipsAByteOrderMark()
    {
        byte[] text = [.. Encoding.UTF8.Preamble, .. "{}"u8];

        LenientJson.Parse(text, DepthMax).RootElement.ValueKind.ShouldBe(JsonValueKind.Object);
    }

    [Theory]
    [InlineData(8, true)]
    [InlineData(9, false)]
    public void Parse_BoundsTheDepth_InBothForms(int depth, bool isRead)
    {
        string strict = new string('[', depth) + new string(']', depth);
        string lenient = new string('[', depth) + "1," + new string(']', depth);

        foreach (string text in new[] { strict, lenient })
        {
            if (isRead)
            {
                LenientJson.Parse(Encoding.UTF8.GetBytes(text), 8).Dispose();
            }
            else
            {
                Should.Throw<JsonFaultException>(() => LenientJson.Parse(Encoding.UTF8.GetBytes(text), 8))
                    .Column.ShouldBe(9);
            }
        }
    }

    [Fact]
    public void Parse_GivesTheSame_WhenStrictTextIsMadeLenient() => AnyJson.Sample(
        strict =>
        {
            string lenient = "/* x */" + strict.Replace("]", "/**/]", StringComparison.Ordinal);
            if (strict.Contains('"', StringComparison.Ordinal))
            {
                lenient = "//\n" + strict;
            }

            using var expected = JsonDocument.Parse(strict);
            using JsonDocument actual = Parse(lenient);
            return JsonElement.DeepEquals(actual.RootElement, expected.RootElement);
        },
        iter: 500);

    [Fact]
    public void Parse_NeverThrowsAnythingElse_OnAnyText() => Gen.String["{}[]\":,/*tfn012e.-\\ \n中"].Sample(
        text =>
        {
            try
            {
                Parse(text).Dispose();
                return true;
            }
            catch (JsonFaultException)
            {
                return true;
            }
        },
        iter: 2000);

    private static JsonDocument Parse(string text) => LenientJson.Parse(Encoding.UTF8.GetBytes(text), DepthMax);
}
