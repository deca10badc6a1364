using System.Globalization;
using Cremona.Inference.Sampling;

namespace Cremona.Inference.Tests.Grammar;

/// <summary>Small schemas drawn at random, the same ones for the same seed.</summary>
internal sealed class RandomSchemas
{
    private readonly ulong _seed;
    private long _draws;

    private RandomSchemas(int seed) => _seed = (ulong)seed;

    public static string Draw(int seed) => new RandomSchemas(seed).Schema(0);

    private int Next(int count) => (int)(DrawNumber.Uniform(_seed, _draws++) * count);

    private string Schema(int depth)
    {
        int kind = Next(depth > 2 ? 5 : 12);
        return kind switch
        {
            0 => """{"type":"boolean"}""",
            1 => Number(),
            2 => Text(),
            3 => """{"enum":["a","b\"c",1,null,[true]]}""",
            4 => """{"const":{"k":"中"}}""",
            5 => Items(depth),
            6 or 7 => Members(depth),
            8 => $$"""{"anyOf":[{{Schema(depth + 1)}},{{Schema(depth + 1)}}]}""",
            9 => $$"""{"oneOf":[{{Schema(depth + 1)}},{{Schema(depth + 1)}}]}""",
            10 => $$"""{"allOf":[{{Members(depth + 1)}},{{Members(depth + 1)}}]}""",
            _ => $$"""{"type":["string","integer","object"],"not":{{Schema(depth + 1)}}}""",
        };
    }

    private string Number()
    {
        int min = Next(200) - 100;
        return Next(4) switch
        {
            0 => $$"""{"type":"integer","minimum":{{min}},"maximum":{{min + Next(150)}}}""",
            1 => $$"""{"type":"number","exclusiveMinimum":{{(min / 8.0).ToString(CultureInfo.InvariantCulture)}}}""",
            2 => $$"""{"type":"integer","multipleOf":{{Next(9) + 1}}}""",
            _ => """{"type":"number"}""",
        };
    }

    private string Text() => Next(5) switch
    {
        0 => $$"""{"type":"string","minLength":{{Next(3)}},"maxLength":{{Next(4) + 3}}}""",
        1 => """{"type":"string","pattern":"^[a-c]{1,3}(-[0-9]+)?$"}""",
        2 => """{"type":"string","pattern":"b|12","maxLength":6}""",
        3 => """{"type":"string","format":"date"}""",
        _ => """{"type":"string"}""",
    };

    private string Items(int depth) => Next(3) switch
    {
        0 => $$"""{"type":"array","items":{{Schema(depth + 1)}},"maxItems":{{Next(4)}}}""",
        1 => $$"""{"type":"array","prefixItems":[{{Schema(depth + 1)}},{{Schema(depth + 1)}}],"items":false,"minItems":1}""",
        _ => """{"type":"array","items":{"enum":["x","y","z"]},"uniqueItems":true}""",
    };

    private string Members(int depth)
    {
        string rest = Next(4) switch
        {
            0 => ",\"additionalProperties\":false",
            1 => ",\"additionalProperties\":{\"type\":\"null\"}",
            2 => ",\"patternProperties\":{\"^a\":{\"type\":[\"string\",\"integer\"]}}",
            _ => $",\"maxProperties\":{Next(3) + 1}",
        };
        string required = Next(2) == 0 ? ",\"required\":[\"ab\"]" : "";
        return $$"""{"type":"object","properties":{"ab":{{Schema(depth + 1)}},"name":{{Schema(depth + 1)}}}{{required}}{{rest}}}""";
    }
}
