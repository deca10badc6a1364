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

    /// <summary>An array whose items are counted or told apart, or an object whose names a schema describes.</summary>
    public static string DrawCounted(int seed) => new RandomSchemas(seed).Counted();

    /// <summary>An array of some items, or an object of some one-letter names.</summary>
    public static string Instance(int seed, string[] items)
    {
        var draw = new RandomSchemas(seed);
        return draw.Next(4) == 0
            ? "{" + string.Join(", ", "abxyz".Where(_ => draw.Next(3) == 0).Select(draw.Member)) + "}"
            : "[" + string.Join(", ", Enumerable.Range(0, draw.Next(6)).Select(_ => items[draw.Next(items.Length)])) + "]";
    }

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

    private string Member(char name) => $"\"{new string(name, Next(2) + 1)}\": 1";

    private string Counted()
    {
        if (Next(4) == 0) return $$"""
            {"type":"object","propertyNames":{{Names(0)}},"additionalProperties":{"type":"integer"},"$defs":{"n":{"pattern":"^[ax]"} } }
            """;
        bool isUnique = Next(3) == 0;
        var keywords = new List<string> { "\"type\":\"array\"" };
        if (isUnique) keywords.Add("\"uniqueItems\":true");
        if (isUnique || Next(2) == 0) keywords.Add($"\"items\":{Kind(isUnique)}");
        if (Next(3) == 0) keywords.Add($"\"prefixItems\":[{Kind(isUnique)},{Kind(isUnique)}]");
        if (Next(2) == 0) keywords.Add($"\"minItems\":{Next(4)}");
        if (Next(2) == 0) keywords.Add($"\"maxItems\":{Next(4) + 1}");
        if (Next(4) > 0) keywords.AddRange(Contains());
        if (Next(3) == 0) keywords.Add($$"""
            "allOf":[{ {{string.Join(",", Contains())}} }]
            """);
        if (!isUnique && Next(4) == 0) keywords.Add($$"""
            "not":{ "type":"array",{{string.Join(",", Contains())}} }
            """);
        return $"{{{string.Join(",", keywords)}}}";
    }

    private IEnumerable<string> Contains()
    {
        yield return $"\"contains\":{Kind(isListed: false)}";
        if (Next(2) == 0) yield return $"\"minContains\":{Next(3)}";
        if (Next(2) == 0) yield return $"\"maxContains\":{Next(3)}";
    }

    private string Kind(bool isListed) => Next(isListed ? 4 : 7) switch
    {
        0 => """{"enum":[1,2,"a"]}""",
        1 => """{"enum":["a","b",null]}""",
        2 => """{"type":"integer","minimum":1,"maximum":3}""",
        3 => """{"enum":[1,12,2.0,"b"]}""",
        4 => """{"type":"integer"}""",
        5 => """{"type":["string","null"]}""",
        _ => "true",
    };

    private string Names(int depth) => Next(depth > 1 ? 3 : 6) switch
    {
        0 => """{"enum":["a","xx","yy"]}""",
        1 => """{"$ref":"#/$defs/n"}""",
        2 => """{"maxLength":1}""",
        3 => $$"""{"allOf":[{{Names(depth + 1)}},{{Names(depth + 1)}}]}""",
        4 => $$"""{"anyOf":[{{Names(depth + 1)}},{{Names(depth + 1)}}]}""",
        _ => $$"""{"type":"string","not":{{Names(depth + 1)}}}""",
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
