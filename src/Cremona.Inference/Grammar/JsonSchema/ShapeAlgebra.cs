using Cremona.Inference.Grammar.Patterns;

namespace Cremona.Inference.Grammar.JsonSchema;

/// <summary>Intersection, union and complement of sets of JSON values.</summary>
internal sealed class ShapeAlgebra
{
    private readonly PatternFactory _patterns;
    private readonly Func<SchemaSet, bool> _isEmpty;
    private readonly Pattern _negativeZero;

    /// <param name="isEmpty">Whether no value meets a set of schemas, as far as is known.</param>
    public ShapeAlgebra(PatternFactory patterns, Func<SchemaSet, bool> isEmpty)
    {
        _patterns = patterns;
        _isEmpty = isEmpty;
        Pattern zeros = patterns.Repeat(patterns.Class(CharacterSet.Of('0')), 1, Pattern.Unbounded);
        Pattern noFraction = patterns.Optional(patterns.Concat(patterns.Literal("."), zeros));
        AnyNumber = new NumberShape(DecimalPatterns.Number(patterns), DecimalPatterns.Decimal(patterns));
        Integer = new NumberShape(
            DecimalPatterns.Integer(patterns),
            patterns.Concat(DecimalPatterns.Integer(patterns), noFraction));
        _negativeZero = patterns.Concat(patterns.Literal("-0"), noFraction);
        AnyString = new StringShape(patterns.Anything);
        AnyObject = new ObjectShape([], [new OtherMembers(patterns.Anything, SchemaSet.Any)], 0, Pattern.Unbounded);
        Everything =
            [.. Shape.Words.Select(word => new WordShape(word)), AnyNumber, AnyString, ArrayShape.Any, AnyObject];
    }

    public IReadOnlyList<Shape> Everything { get; }

    public NumberShape AnyNumber { get; }

    public NumberShape Integer { get; }

    public StringShape AnyString { get; }

    public ObjectShape AnyObject { get; }

    /// <summary>Values in one of the left shapes and in one of the right.</summary>
    public IReadOnlyList<Shape> Intersect(IReadOnlyList<Shape> left, IReadOnlyList<Shape> right)
    {
        if (ReferenceEquals(left, Everything)) return right;
        if (ReferenceEquals(right, Everything)) return left;
        var result = new List<Shape>();
        foreach (Shape x in left)
        {
            foreach (Shape y in right)
            {
                _patterns.Budget?.Spend();
                if (Intersect(x, y) is { } both && !IsEmpty(both)) result.Add(both);
                Check(result);
            }
        }

        return Union(result);
    }

    /// <summary>Strings are joined to one shape, and so are numbers.</summary>
    public IReadOnlyList<Shape> Union(params IEnumerable<Shape> shapes)
    {
        List<Shape> all = [.. shapes.Distinct()];
        StringShape[] strings = [.. all.OfType<StringShape>()];
        NumberShape[] numbers = [.. all.OfType<NumberShape>()];
        if (strings.Length > 1)
        {
            all.RemoveAll(shape => shape is StringShape);
            all.Add(new StringShape(_patterns.Or(strings.Select(shape => shape.Text))));
        }

        if (numbers.Length > 1)
        {
            all.RemoveAll(shape => shape is NumberShape);
            all.Add(new NumberShape(
                _patterns.Or(numbers.Select(shape => shape.Text)),
                _patterns.Or(numbers.Select(shape => shape.Values))));
        }

        Check(all);
        return all;
    }

    /// <summary>Every value that is in none of the shapes.</summary>
    /// <exception cref="NotSupportedException">That set cannot be written as shapes; the message says why.</exception>
    public IReadOnlyList<Shape> Complement(IReadOnlyList<Shape> shapes)
    {
        IReadOnlyList<Shape> result = Everything;
        foreach (Shape shape in shapes) result = Intersect(result, Complement(shape));
        return result;
    }

    public bool IsEmpty(Shape shape) => shape switch
    {
        NumberShape number => !_patterns.IsLive(number.Text),
        StringShape text => !_patterns.IsLive(text.Text),
        ArrayShape array => array.Min > array.Max
            || Enumerable.Range(0, Math.Min(array.Min, array.Prefix.Length + 1)).Any(i => _isEmpty(array.At(i)))
            || array.Contains.Any(condition => condition.Min > Math.Min(condition.Max, array.Max)
                || (condition.Min > 0 && _isEmpty(condition.Set))),
        ObjectShape item => item.Min > item.Max || item.Named.Count(member => member.IsRequired) > item.Max
            || item.Named.Any(member => member.IsRequired && _isEmpty(member.Value)),
        _ => false,
    };

    private static void Check(List<Shape> shapes)
    {
        if (shapes.Count > GrammarLimits.Alternatives)
            throw new GrammarException("", $"combining the schemas gives more than {GrammarLimits.Alternatives} alternatives for one value; write them out in fewer");
    }

    private Shape? Intersect(Shape x, Shape y) => (x, y) switch
    {
        (WordShape a, WordShape b) => a == b ? a : null,
        (NumberShape a, NumberShape b) =>
            new NumberShape(Both(a.Text, b.Text), _patterns.And(a.Values, b.Values)),
        (StringShape a, StringShape b) => new StringShape(Both(a.Text, b.Text)),
        (ArrayShape a, ArrayShape b) => Intersect(a, b),
        (ObjectShape a, ObjectShape b) => Intersect(a, b),
        _ => null,
    };

    /// <summary>Texts that match both; where one side lists its texts, the result does.</summary>
    private Pattern Both(Pattern x, Pattern y)
    {
        if (x == _patterns.Anything) return y;
        if (FiniteValues.Texts(x) is { } texts)
            return _patterns.Or(texts.Where(text => _patterns.Matches(y, text)).Select(_patterns.Literal));
        return FiniteValues.Texts(y) is null ? _patterns.And(x, y) : Both(y, x);
    }

    private static ArrayShape Intersect(ArrayShape x, ArrayShape y)
    {
        SchemaSet[] prefix =
            [.. Enumerable.Range(0, Math.Max(x.Prefix.Length, y.Prefix.Length)).Select(i => x.At(i).And(y.At(i)))];
        return new ArrayShape(
            prefix, x.Items.And(y.Items), Math.Max(x.Min, y.Min), Math.Min(x.Max, y.Max),
            Both(x.Contains, y.Contains), x.IsUnique || y.IsUnique);
    }

    private static ContainsCondition[] Both(ContainsCondition[] x, ContainsCondition[] y) =>
    [
        .. x.Concat(y).GroupBy(condition => condition.Set).Select(same => new ContainsCondition(
            same.Key, same.Max(condition => condition.Min), same.Min(condition => condition.Max))),
    ];

    private ObjectShape Intersect(ObjectShape x, ObjectShape y)
    {
        if (x == AnyObject) return y;
        if (y == AnyObject) return x;
        var named = new List<NamedMember>();
        Dictionary<string, NamedMember> inX = x.Named.ToDictionary(member => member.Name);
        Dictionary<string, NamedMember> inY = y.Named.ToDictionary(member => member.Name);
        foreach (string name in inX.Keys.Union(inY.Keys))
        {
            NamedMember? a = inX.GetValueOrDefault(name);
            NamedMember? b = inY.GetValueOrDefault(name);
            SchemaSet value = (a?.Value ?? ValueOf(x, name)).And(b?.Value ?? ValueOf(y, name));
            named.Add(new NamedMember(name, value, a?.IsRequired == true || b?.IsRequired == true));
        }

        OtherMembers[] others =
        [
            .. from a in x.Others
               from b in y.Others
               let names = _patterns.And(a.Names, b.Names)
               where _patterns.IsLive(names)
               select new OtherMembers(names, a.Value.And(b.Value)),
        ];
        return new ObjectShape([.. named], others, Math.Max(x.Min, y.Min), Math.Min(x.Max, y.Max));
    }

    /// <summary>What a member must be that has no entry of its own.</summary>
    public SchemaSet ValueOf(ObjectShape shape, string name)
    {
        foreach (OtherMembers others in shape.Others)
            if (_patterns.Matches(others.Names, name)) return others.Value;
        return SchemaSet.Never;
    }

    private List<Shape> Complement(Shape shape)
    {
        List<Shape> result = [.. Everything.Where(other => other.GetType() != shape.GetType() || other is WordShape)];
        result.Remove(shape);
        switch (shape)
        {
            case NumberShape number:
                // Zero has two spellings, of which bounded numbers list one; without the other it stays out.
                Pattern rest = _patterns.And(
                    AnyNumber.Values, _patterns.Not(number.Values), _patterns.Not(_negativeZero));
                result.Add(new NumberShape(rest, rest));
                break;
            case StringShape text:
                result.Add(new StringShape(_patterns.Not(text.Text)));
                break;
            case ArrayShape array:
                AddComplement(result, array);
                break;
            case ObjectShape item:
                AddComplement(result, item);
                break;
        }

        result.RemoveAll(IsEmpty);
        return result;
    }

    private static void AddComplement(List<Shape> result, ArrayShape array)
    {
        if (array.IsUnique) throw new NotSupportedException("uniqueItems cannot be negated");
        if (array.Min > 0) result.Add(ArrayShape.Any with { Max = array.Min - 1 });
        if (array.Max < Pattern.Unbounded) result.Add(ArrayShape.Any with { Min = array.Max + 1 });
        for (int i = 0; i < array.Prefix.Length; i++)
        {
            SchemaSet[] before = [.. Enumerable.Repeat(SchemaSet.Any, i)];
            result.AddRange(array.Prefix[i].Negations()
                .Select(item => ArrayShape.Any with { Prefix = [.. before, item], Min = i + 1 }));
        }

        foreach (ContainsCondition condition in array.Contains)
        {
            if (condition.Min > 0)
                result.Add(ArrayShape.Any with { Contains = [condition with { Min = 0, Max = condition.Min - 1 }] });
            if (condition.IsBounded)
            {
                result.Add(ArrayShape.Any with
                {
                    Min = condition.Max + 1,
                    Contains = [condition with { Min = condition.Max + 1, Max = Pattern.Unbounded }],
                });
            }
        }

        if (array.Items.IsAny) return;
        if (array.Items.IsNever)
        {
            result.Add(ArrayShape.Any with { Min = array.Prefix.Length + 1 });
            return;
        }

        if (array.Prefix.Length > 0) throw new NotSupportedException("items after prefixItems cannot be negated");
        result.AddRange(array.Items.Negations()
            .Select(item => ArrayShape.Any with { Min = 1, Contains = [new(item, 1, Pattern.Unbounded)] }));
    }

    private void AddComplement(List<Shape> result, ObjectShape shape)
    {
        if (shape.Min > 0) result.Add(AnyObject with { Max = shape.Min - 1 });
        if (shape.Max < Pattern.Unbounded) result.Add(AnyObject with { Min = shape.Max + 1 });
        foreach (NamedMember member in shape.Named)
        {
            if (member.IsRequired)
                result.Add(AnyObject with { Named = [new NamedMember(member.Name, SchemaSet.Never, false)] });
            result.AddRange(member.Value.Negations()
                .Select(value => AnyObject with { Named = [new NamedMember(member.Name, value, true)] }));
        }

        Pattern names = _patterns.Or(shape.Others.Where(others => others.Value.IsAny).Select(others => others.Names));
        if (names == _patterns.Anything) return;
        Pattern named = _patterns.Or(shape.Named.Select(member => _patterns.Literal(member.Name)));
        if (_patterns.IsLive(_patterns.Not(_patterns.Or(names, named))))
            throw new NotSupportedException("additionalProperties and patternProperties cannot be negated");
    }
}
