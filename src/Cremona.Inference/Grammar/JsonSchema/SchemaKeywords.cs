using System.Text.Json;
using Cremona.Inference.Grammar.Patterns;

namespace Cremona.Inference.Grammar.JsonSchema;

/// <summary>Reads the keywords of one schema that say what a value of a kind must be.</summary>
internal sealed class SchemaKeywords(SchemaDocument document, PatternFactory patterns, ShapeAlgebra algebra)
{
    private static readonly string[] NotSupported =
        ["unevaluatedProperties", "unevaluatedItems", "$dynamicRef", "$recursiveRef"];

    private readonly SchemaScalars _scalars = new(patterns, algebra);

    /// <summary>The values of a whole schema, of which this class knows a part only.</summary>
    public required Func<SchemaNode, IReadOnlyList<Shape>> OfSchema { get; init; }

    /// <exception cref="GrammarException">A keyword is malformed or not supported; it is named with its
    /// path.</exception>
    public IReadOnlyList<Shape> Read(SchemaNode node)
    {
        foreach (string keyword in NotSupported)
            if (node.Find(keyword) is not null) throw node.Fault(keyword, "this keyword is not supported");
        IReadOnlyList<Shape> shapes = OfTypes(node);
        if (node.Find("const") is { } value)
            shapes = algebra.Intersect(shapes, [Constant(document.Constant(value, node.PointerTo("const")))]);
        if (node.Find("enum") is { } values) shapes = algebra.Intersect(shapes, OfValues(node, values));
        return WithDependencies(node, shapes);
    }

    /// <summary>The one value of a constant.</summary>
    public Shape Constant(SchemaNode node)
    {
        JsonElement value = node.Element;
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                return new StringShape(patterns.Literal(value.GetString()!));
            case JsonValueKind.Number:
                return _scalars.Constant(node);
            case JsonValueKind.Array:
                SchemaSet[] items = [.. value.EnumerateArray().Select(item => SetOf(node, item))];
                return new ArrayShape(items, SchemaSet.Never, items.Length, items.Length, [], false);
            case JsonValueKind.Object:
                NamedMember[] members =
                [
                    .. value.EnumerateObject().DistinctBy(member => member.Name)
                        .Select(member => new NamedMember(member.Name, SetOf(node, member.Value), true)),
                ];
                return new ObjectShape(members, [], 0, Pattern.Unbounded);
            default:
                return new WordShape(value.GetRawText());
        }
    }

    private SchemaSet SetOf(SchemaNode node, JsonElement value) =>
        SchemaSet.Of(document.Constant(value, node.Pointer).Id);

    private IReadOnlyList<Shape> OfValues(SchemaNode node, JsonElement values)
    {
        if (values.ValueKind != JsonValueKind.Array) throw node.Fault("enum", "must be an array");
        var texts = new List<Pattern>();
        var shapes = new List<Shape>();
        foreach (JsonElement value in values.EnumerateArray())
        {
            if (value.ValueKind == JsonValueKind.String) texts.Add(patterns.Literal(value.GetString()!));
            else shapes.Add(Constant(document.Constant(value, node.PointerTo("enum"))));
        }

        if (texts.Count > 0) shapes.Add(new StringShape(patterns.Or(texts)));
        return algebra.Union(shapes);
    }

    private List<Shape> OfTypes(SchemaNode node)
    {
        string[] types = TypesOf(node);
        var shapes = new List<Shape>();
        foreach (string type in types)
        {
            switch (type)
            {
                case "null":
                    shapes.Add(new WordShape("null"));
                    break;
                case "boolean":
                    shapes.AddRange([new WordShape("true"), new WordShape("false")]);
                    break;
                case "integer" when !types.Contains("number"):
                    shapes.Add(_scalars.Number(node, isInteger: true));
                    break;
                case "integer":
                    break;
                case "number":
                    shapes.Add(_scalars.Number(node, isInteger: false));
                    break;
                case "string":
                    shapes.Add(_scalars.Text(node));
                    break;
                case "array":
                    shapes.Add(OfArrays(node));
                    break;
                case "object":
                    shapes.Add(OfObjects(node));
                    break;
                default:
                    throw node.Fault("type", $"'{type}' is not a type");
            }
        }

        shapes.RemoveAll(algebra.IsEmpty);
        return shapes;
    }

    private static string[] TypesOf(SchemaNode node)
    {
        switch (node.Find("type"))
        {
            case null:
                return ["null", "boolean", "number", "string", "array", "object"];
            case { ValueKind: JsonValueKind.String } type:
                return [type.GetString()!];
            case { ValueKind: JsonValueKind.Array } list when list.EnumerateArray().All(IsText):
                return [.. list.EnumerateArray().Select(item => item.GetString()!).Distinct()];
            default:
                throw node.Fault("type", "must be a string or an array of strings");
        }
    }

    private static bool IsText(JsonElement value) => value.ValueKind == JsonValueKind.String;

    private ArrayShape OfArrays(SchemaNode node)
    {
        int min = SchemaScalars.Count(node, "minItems") ?? 0;
        int max = SchemaScalars.Count(node, "maxItems") ?? Pattern.Unbounded;
        SchemaSet[] prefix = [];
        SchemaSet items = SchemaSet.Any;
        if (node.Find("items") is { ValueKind: JsonValueKind.Array })
        {
            prefix = [.. document.Children(node, "items").Select(SetOf)];
            items = SetUnder(node, "additionalItems");
        }
        else
        {
            if (node.Find("prefixItems") is not null) prefix = [.. document.Children(node, "prefixItems").Select(SetOf)];
            items = SetUnder(node, "items");
        }

        bool isUnique = node.Find("uniqueItems") switch
        {
            null or { ValueKind: JsonValueKind.False } => false,
            { ValueKind: JsonValueKind.True } => true,
            _ => throw node.Fault("uniqueItems", "must be true or false"),
        };
        return WithContains(node, new ArrayShape(prefix, items, min, max, [], isUnique));
    }

    private ArrayShape WithContains(SchemaNode node, ArrayShape shape)
    {
        int min = ContainsCount(node, "minContains") ?? 1;
        int max = ContainsCount(node, "maxContains") ?? Pattern.Unbounded;
        if (node.Find("contains") is null) return shape;
        shape = shape with { Min = Math.Max(shape.Min, min) };
        SchemaSet contained = SetUnder(node, "contains");
        if (contained.IsAny) return shape with { Max = Math.Min(shape.Max, max) };
        return shape with { Contains = [new ContainsCondition(contained, min, max)] };
    }

    private int? ContainsCount(SchemaNode node, string keyword)
    {
        int? count = SchemaScalars.Count(node, keyword);
        if (count is not null && document.ReferencesStandAlone)
            throw node.Fault(keyword, "means nothing in the draft that $schema names; take 2019-09 or later, or leave it out");
        return count;
    }

    private ObjectShape OfObjects(SchemaNode node)
    {
        int min = SchemaScalars.Count(node, "minProperties") ?? 0;
        int max = SchemaScalars.Count(node, "maxProperties") ?? Pattern.Unbounded;
        OtherMembers[] others = OthersOf(node);
        HashSet<string> required = RequiredOf(node);
        Pattern? names = NamesOf(node);
        if (names is not null)
            others = [.. others.Select(part => part with { Names = patterns.And(part.Names, names) })];
        others = [.. others.Where(part => patterns.IsLive(part.Names))];
        var shape = new ObjectShape([], others, min, max);
        var members = new List<NamedMember>();
        if (node.Find("properties") is { } properties)
        {
            if (properties.ValueKind != JsonValueKind.Object) throw node.Fault("properties", "must be an object");
            foreach (JsonProperty property in properties.EnumerateObject())
            {
                SchemaSet value = SetOf(document.Child(node, "properties", property.Name, property.Value));
                value = value.And(OfPatterns(node, property.Name));
                if (names is not null && !patterns.Matches(names, property.Name)) value = SchemaSet.Never;
                members.RemoveAll(member => member.Name == property.Name);
                members.Add(new NamedMember(property.Name, value, required.Remove(property.Name)));
            }
        }

        members.AddRange(required.Select(name => new NamedMember(name, algebra.ValueOf(shape, name), true)));
        return shape with { Named = [.. members] };
    }

    /// <summary>What <c>patternProperties</c> ask of a name.</summary>
    private SchemaSet OfPatterns(SchemaNode node, string name)
    {
        SchemaSet result = SchemaSet.Any;
        if (node.Find("patternProperties") is not { ValueKind: JsonValueKind.Object } members) return result;
        foreach (JsonProperty member in members.EnumerateObject())
        {
            if (patterns.Matches(_scalars.Search(node, "patternProperties", member.Name), name))
                result = result.And(SetOf(document.Child(node, "patternProperties", member.Name, member.Value)));
        }

        return result;
    }

    /// <summary>Names by which patterns they match, each with what these ask; the rest with
    /// <c>additionalProperties</c>.</summary>
    private OtherMembers[] OthersOf(SchemaNode node)
    {
        List<OtherMembers> parts = [new(patterns.Anything, SchemaSet.Any)];
        Pattern rest = patterns.Anything;
        if (node.Find("patternProperties") is { } members)
        {
            if (members.ValueKind != JsonValueKind.Object) throw node.Fault("patternProperties", "must be an object");
            foreach (JsonProperty member in members.EnumerateObject())
            {
                Pattern names = _scalars.Search(node, "patternProperties", member.Name);
                SchemaSet value = SetOf(document.Child(node, "patternProperties", member.Name, member.Value));
                Pattern not = patterns.Not(names);
                rest = patterns.And(rest, not);
                parts =
                [
                    .. parts.Select(part => new OtherMembers(patterns.And(part.Names, names), part.Value.And(value))),
                    .. parts.Select(part => part with { Names = patterns.And(part.Names, not) }),
                ];
                parts.RemoveAll(part => !patterns.IsLive(part.Names));
                if (parts.Count > GrammarLimits.NameKinds)
                    throw node.Fault("patternProperties", $"the patterns overlap in more than {GrammarLimits.NameKinds} ways");
            }
        }

        SchemaSet additional = SetUnder(node, "additionalProperties");
        return
        [
            .. parts.Select(part => part.Names == rest ? part with { Value = additional } : part)
                .Where(part => !part.Value.IsNever),
        ];
    }

    private static HashSet<string> RequiredOf(SchemaNode node)
    {
        // The form of draft 3, a flag at the property itself, means nothing since draft 4.
        if (node.Find("required") is not { } list
            || list.ValueKind is JsonValueKind.Null or JsonValueKind.True or JsonValueKind.False)
        {
            return [];
        }

        if (list.ValueKind != JsonValueKind.Array) throw node.Fault("required", "must be an array of strings");
        return
        [
            .. list.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.String
                ? item.GetString()!
                : throw node.Fault("required", "must be an array of strings")),
        ];
    }

    /// <summary>The names that <c>propertyNames</c> allows; null when it says nothing.</summary>
    private Pattern? NamesOf(SchemaNode node)
    {
        if (node.Find("propertyNames") is null) return null;
        IReadOnlyList<Shape> names = OfSchema(document.Child(node, "propertyNames"));
        return algebra.Intersect([algebra.AnyString], names) is [StringShape texts] ? texts.Text : patterns.Empty;
    }

    private IReadOnlyList<Shape> WithDependencies(SchemaNode node, IReadOnlyList<Shape> shapes)
    {
        foreach (string keyword in (string[])["dependencies", "dependentRequired", "dependentSchemas"])
        {
            if (node.Find(keyword) is not { } members) continue;
            if (members.ValueKind != JsonValueKind.Object) throw node.Fault(keyword, "must be an object");
            foreach (JsonProperty member in members.EnumerateObject())
            {
                Shape without = algebra.AnyObject with { Named = [new(member.Name, SchemaSet.Never, false)] };
                IReadOnlyList<Shape> with = Dependent(node, keyword, member);
                IReadOnlyList<Shape> others = [.. algebra.Everything.Where(shape => shape is not ObjectShape)];
                shapes = algebra.Intersect(shapes, [.. others, without, .. with]);
            }
        }

        return shapes;
    }

    private IReadOnlyList<Shape> Dependent(SchemaNode node, string keyword, JsonProperty member)
    {
        Shape present = algebra.AnyObject with { Named = [new(member.Name, SchemaSet.Any, true)] };
        JsonElement[]? names = member.Value.ValueKind switch
        {
            JsonValueKind.Array => [.. member.Value.EnumerateArray()],
            JsonValueKind.String => [member.Value],
            _ => null,
        };
        if (names is not null)
        {
            if (!Array.TrueForAll(names, IsText)) throw node.Fault(keyword, "must name members by strings");
            IEnumerable<string> distinct = names.Select(name => name.GetString()!).Distinct();
            NamedMember[] needed = [.. distinct.Select(name => new NamedMember(name, SchemaSet.Any, true))];
            return algebra.Intersect([present], [algebra.AnyObject with { Named = needed }]);
        }

        return algebra.Intersect([present], OfSchema(document.Child(node, keyword, member.Name, member.Value)));
    }

    private SchemaSet SetUnder(SchemaNode node, string keyword) =>
        node.Find(keyword) is null ? SchemaSet.Any : SetOf(document.Child(node, keyword));

    private static SchemaSet SetOf(SchemaNode node) => node.Element.ValueKind switch
    {
        JsonValueKind.True => SchemaSet.Any,
        JsonValueKind.False => SchemaSet.Never,
        _ => SchemaSet.Of(node.Id),
    };
}
