using System.Text.Json;
using Cremona.Inference.Templates;

namespace Cremona.Inference.Tests.Templates;

/// <summary>Arguments of calls in training rows, whose members come in any order.</summary>
public class ToolArgumentsTests
{
    private const string Place = """{"type":"object","properties":{"x":{"type":"number"},"y":{"type":"number"}},"required":["x","y"],"additionalProperties":false}""";

    [Theory]
    [InlineData(
        """{"properties":{"at":{"anyOf":[{"$ref":"#/$defs/P"},{"type":"null"}],"default":null}},"$defs":{"P":PLACE}}""",
        """{"at":{"y":1,"x":2}}""", """{"at":{"x":2,"y":1}}""")]
    [InlineData(
        """{"properties":{"at":{"oneOf":[{"type":"null"},PLACE]}}}""",
        """{"at":{"y":1,"x":2}}""", """{"at":{"x":2,"y":1}}""")]
    [InlineData(
        """{"properties":{"a":{"allOf":[{"type":"object","properties":{"p":{}}},{"$ref":"#/$defs/Q"}]}},"$defs":{"Q":{"properties":{"q":{}},"required":["r"]}}}""",
        """{"a":{"other":0,"r":1,"q":2,"p":3}}""", """{"a":{"p":3,"q":2,"r":1,"other":0}}""")]
    [InlineData(
        """{"properties":{"value":{"type":"integer"},"next":{"anyOf":[{"$ref":"#"},{"type":"null"}]}},"required":["value"]}""",
        """{"next":{"next":{"next":null,"value":3},"value":2},"value":1}""",
        """{"value":1,"next":{"value":2,"next":{"value":3,"next":null}}}""")]
    [InlineData(
        """{"properties":{"list":{"type":"array","prefixItems":[{"type":"string"},PLACE],"items":{"$ref":"#/$defs/N"}}},"$defs":{"N":{"type":"object","properties":{"b":{},"a":{}},"additionalProperties":false}}}""",
        """{"list":["s",{"y":1,"x":2},{"a":3,"b":4}]}""", """{"list":["s",{"x":2,"y":1},{"b":4,"a":3}]}""")]
    [InlineData(
        """{"properties":{"map":{"type":"object","additionalProperties":PLACE}}}""",
        """{"map":{"home":{"y":1,"x":2}}}""", """{"map":{"home":{"x":2,"y":1}}}""")]
    [InlineData(
        """{"properties":{"map":{"type":"object","patternProperties":{"^h":PLACE}}}}""",
        """{"map":{"home":{"y":1,"x":2}}}""", """{"map":{"home":{"x":2,"y":1}}}""")]
    [InlineData(
        """{"properties":{"pet":{"anyOf":[{"$ref":"#/$defs/Cat"},{"$ref":"#/$defs/Dog"}]}},"$defs":{"Cat":{"type":"object","properties":{"kind":{"const":"cat"},"name":{}},"required":["kind"],"additionalProperties":false},"Dog":{"type":"object","properties":{"name":{},"kind":{"const":"dog"}},"required":["kind"],"additionalProperties":false}}}""",
        """{"pet":{"kind":"dog","name":"x"}}""", """{"pet":{"name":"x","kind":"dog"}}""")]
    [InlineData(
        """{"properties":{"place/1~":PLACE,"there":{"$ref":"#/properties/place~11~0"}}}""",
        """{"there":{"y":1.50,"x":2}}""", """{"there":{"x":2,"y":1.50}}""")]
    public void Order_IsTheOneInWhichAModelWrites(string schema, string given, string expected)
    {
        string whole = """{"type":"object",""" + schema.Replace("PLACE", Place, StringComparison.Ordinal)[1..];
        var arguments = new ToolArguments(JsonElement.Parse(whole), new HashSet<string>());

        JsonElement ordered = arguments.Order(JsonElement.Parse(given));

        ordered.GetRawText().ShouldBe(expected);
        arguments.FindFault(ordered).ShouldBeNull();
        arguments.FindFault(JsonElement.Parse(given)).ShouldNotBeNull();
    }

    [Fact]
    public void Order_EndsSoon_WhereSchemasReferToEachOtherInManyWays()
    {
        IEnumerable<string> steps = Enumerable.Range(0, 60).Select(i =>
            $$""" "s{{i}}":{"allOf":[{"$ref":"#/$defs/s{{i + 1}}"},{"$ref":"#/$defs/s{{i + 1}}"}]} """);
        string schema = $$$"""
            {"type":"object","properties":{"at":{"$ref":"#/$defs/s0"}},"$defs":{{{{string.Join(',', steps)}}},"s60":{{{Place}}}}}
            """;
        var arguments = new ToolArguments(JsonElement.Parse(schema), new HashSet<string>());
        JsonElement ordered = arguments.Order(JsonElement.Parse("""{"at":{"y":1,"x":2}}"""));
        ordered.GetRawText().ShouldBe("""{"at":{"x":2,"y":1}}""");
    }

    [Fact]
    public void Order_LooksAtNoRelaxedKeyword()
    {
        const string Schema = """
            {"type":"object","properties":{"a":{}},"allOf":[{"properties":{"c":{},"b":{}}}],"anyOf":[{"properties":{"b":{},"c":{}}}]}
            """;
        JsonElement given = JsonElement.Parse("""{"c":1,"b":2,"a":3}""");
        new ToolArguments(JsonElement.Parse(Schema), new HashSet<string>()).Order(given).GetRawText()
            .ShouldBe("""{"a":3,"c":1,"b":2}""");
        new ToolArguments(JsonElement.Parse(Schema), new HashSet<string> { "allOf" }).Order(given).GetRawText()
            .ShouldBe("""{"a":3,"b":2,"c":1}""");
    }

    [Fact]
    public void BytesKept_GrowWithTheArguments()
    {
        JsonElement schema = JsonElement.Parse("""{"type":"object","properties":{"x":{"type":"string","maxLength":500}}}""");
        var arguments = new ToolArguments(schema, new HashSet<string>());
        long before = arguments.BytesKept;
        arguments.FindFault(JsonElement.Parse($$"""{"x":"{{new string('y', 400)}}"}""")).ShouldBeNull();
        arguments.BytesKept.ShouldBeGreaterThan(before + 400_000);
    }
}
