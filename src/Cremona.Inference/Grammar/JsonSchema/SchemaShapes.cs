using System.Text.Json;
using Cremona.Inference.Grammar.Patterns;

namespace Cremona.Inference.Grammar.JsonSchema;

/// <summary>Turns schemas, and sets of them, into unions of shapes.</summary>
internal sealed class SchemaShapes
{
    private readonly SchemaDocument _document;
    private readonly SchemaKeywords _keywords;
    private readonly Dictionary<SchemaSet, IReadOnlyList<Shape>> _known = [];
    private readonly Dictionary<(int, bool), IReadOnlyList<Shape>> _ofNodes = [];
    private readonly HashSet<(int, bool)> _open = [];
    private readonly HashSet<SchemaSet> _openSets = [];
    private readonly Dictionary<SchemaSet, bool> _emptiness = [];
    private bool _isCircular;

    public SchemaShapes(SchemaDocument document, PatternFactory patterns)
    {
        _document = document;
        Algebra = new ShapeAlgebra(patterns, IsEmpty);
        _keywords = new SchemaKeywords(document, patterns, Algebra) { OfSchema = node => Of(node, false) };
    }

    public ShapeAlgebra Algebra { get; }

    /// <summary>The values that meet all schemas of a set.</summary>
    public IReadOnlyList<Shape> Of(SchemaSet set)
    {
        if (set.IsNever) return [];
        if (_known.TryGetValue(set, out IReadOnlyList<Shape>? known)) return known;
        if (_known.Count >= GrammarLimits.SchemaParts)
            throw new GrammarException("", $"combining the schemas gives more than {GrammarLimits.SchemaParts} parts; write them out in fewer");
        IReadOnlyList<Shape> shapes = Algebra.Everything;
        foreach ((int node, bool isNegated) in set.Members)
            shapes = Algebra.Intersect(shapes, Of(_document[node], isNegated));
        _known[set] = shapes;
        return shapes;
    }

    /// <summary>Where a keyword stands that the shapes of a set come from, as well as that is known.</summary>
    public string PointerOf(SchemaSet set, string keyword)
    {
        SchemaNode[] nodes = [.. set.Members.Select(member => _document[member.Node])];
        SchemaNode? node =
            nodes.FirstOrDefault(node => !node.IsConstant && node.Find(keyword) is not null) ?? nodes.FirstOrDefault();
        return node is null ? keyword : keyword.Length == 0 ? node.Pointer : node.PointerTo(keyword);
    }

    /// <summary>No value meets all schemas of the set. Where that is being found out already, a value is
    /// assumed.</summary>
    private bool IsEmpty(SchemaSet set)
    {
        if (set.IsNever) return true;
        if (set.IsAny) return false;
        if (_emptiness.TryGetValue(set, out bool known)) return known;
        GrammarLimits.RefuseDeepNesting();
        if (!_openSets.Add(set)) return false;
        try
        {
            return _emptiness[set] = Of(set).All(Algebra.IsEmpty);
        }
        catch (GrammarException) when (_isCircular)
        {
            _isCircular = false;
            return _emptiness[set] = false;
        }
        finally
        {
            _openSets.Remove(set);
        }
    }

    private IReadOnlyList<Shape> Of(SchemaNode node, bool isNegated)
    {
        if (_ofNodes.TryGetValue((node.Id, isNegated), out IReadOnlyList<Shape>? known)) return known;
        if (!_open.Add((node.Id, isNegated)))
        {
            _isCircular = true;
            throw new GrammarException(node.Pointer, "this schema is defined by itself, so it says nothing");
        }

        try
        {
            if (_open.Count > GrammarLimits.Depth)
                throw new GrammarException(node.Pointer, $"schemas refer to each other more than {GrammarLimits.Depth} deep");
            IReadOnlyList<Shape> shapes = isNegated ? Negated(node) : Positive(node);
            _ofNodes.Add((node.Id, isNegated), shapes);
            return shapes;
        }
        finally
        {
            _open.Remove((node.Id, isNegated));
        }
    }

    private IReadOnlyList<Shape> Negated(SchemaNode node)
    {
        try
        {
            return Algebra.Complement(Of(node, isNegated: false));
        }
        catch (NotSupportedException fault)
        {
            throw new GrammarException(node.Pointer, fault.Message);
        }
    }

    private IReadOnlyList<Shape> Positive(SchemaNode node)
    {
        if (node.IsConstant) return [_keywords.Constant(node)];
        if (node.Element.ValueKind == JsonValueKind.True) return Algebra.Everything;
        if (node.Element.ValueKind == JsonValueKind.False) return [];
        bool isReference = node.Find("$ref") is not null;
        if (isReference && _document.ReferencesStandAlone) return Of(_document.Resolve(node), false);

        IReadOnlyList<Shape> shapes = _keywords.Read(node);
        if (isReference) shapes = Algebra.Intersect(shapes, Of(_document.Resolve(node), false));
        if (node.Find("allOf") is not null)
        {
            foreach (SchemaNode part in _document.Children(node, "allOf"))
                shapes = Algebra.Intersect(shapes, Of(part, false));
        }

        if (node.Find("anyOf") is not null)
        {
            IReadOnlyList<Shape> any = Algebra.Union(_document.Children(node, "anyOf").SelectMany(part => Of(part, false)));
            shapes = Algebra.Intersect(shapes, any);
        }

        if (node.Find("oneOf") is not null) shapes = ExactlyOne(node, shapes);
        if (node.Find("not") is not null) shapes = Algebra.Intersect(shapes, Of(_document.Child(node, "not"), true));
        return node.Find("if") is null ? shapes : Conditional(node, shapes);
    }

    /// <summary>Where the schemas have no value in common it is any of them; otherwise each without the
    /// others.</summary>
    private IReadOnlyList<Shape> ExactlyOne(SchemaNode node, IReadOnlyList<Shape> shapes)
    {
        SchemaNode[] parts = _document.Children(node, "oneOf");
        IReadOnlyList<Shape>[] alternatives = [.. parts.Select(part => Algebra.Intersect(shapes, Of(part, false)))];
        var result = new List<Shape>();
        for (int i = 0; i < parts.Length; i++)
        {
            IReadOnlyList<Shape> only = alternatives[i];
            for (int j = 0; j < parts.Length && only.Count > 0; j++)
            {
                if (i == j || Algebra.Intersect(only, alternatives[j]).Count == 0) continue;
                try
                {
                    only = Algebra.Intersect(only, Of(parts[j], true));
                }
                catch (GrammarException fault) when (!_isCircular)
                {
                    throw node.Fault("oneOf", $"a value can match both of [{Math.Min(i, j)}] and [{Math.Max(i, j)}], and {fault.Reason}; use anyOf or tell them apart");
                }
            }

            result.AddRange(only);
        }

        return Algebra.Union(result);
    }

    private IReadOnlyList<Shape> Conditional(SchemaNode node, IReadOnlyList<Shape> shapes)
    {
        SchemaNode condition = _document.Child(node, "if");
        IReadOnlyList<Shape> met = Algebra.Intersect(shapes, Of(condition, false));
        IReadOnlyList<Shape> unmet = Algebra.Intersect(shapes, Of(condition, true));
        if (node.Find("then") is not null) met = Algebra.Intersect(met, Of(_document.Child(node, "then"), false));
        if (node.Find("else") is not null) unmet = Algebra.Intersect(unmet, Of(_document.Child(node, "else"), false));
        return Algebra.Union(met.Concat(unmet));
    }
}
