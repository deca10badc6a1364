namespace Cremona.Inference.Tests.Templates.Jinja;

/// <summary>Writes a template that can be read and does anything to anything.</summary>
/// <param name="tape">Its choices.</param>
internal sealed class RandomTemplate(int[] tape)
{
    private static readonly string[] Values =
    [
        "0", "1", "-1", "3", "1.5", "1e400", "-9223372036854775807 - 1", "9223372036854775807", "none", "true", "false", "''",
        "'a'", "'aB c'", "'😀'", "'\\ud800'", "'%'", "'%Q'", "[]", "[1, 'a', none]", "[[1], [2, 'b']]", "(1, 2)", "{}",
        "{'a': 1, 'b': [2]}", "namespace(a=1)", "range", "range(3)", "undefined", "[{'a': 'x'}, {'a': 2}]", "joiner('-')", "dict",
    ];

    private static readonly string[] Filters =
    [
        "upper", "lower", "capitalize", "title", "trim", "replace", "indent", "string", "safe", "wordcount", "escape", "tojson",
        "default", "length", "list", "abs", "int", "float", "round", "first", "last", "join", "reverse", "sort", "unique", "min",
        "max", "sum", "items", "dictsort", "map", "select", "reject", "selectattr", "rejectattr", "batch",
    ];

    private static readonly string[] Tests =
    [
        "defined", "none", "string", "even", "odd", "divisibleby", "eq", "ne", "lt", "le", "gt", "ge", "in", "sameas", "lower",
        "upper", "iterable", "sequence",
    ];

    private static readonly string[] Members =
    [
        "upper", "capitalize", "title", "strip", "lstrip", "rstrip", "split", "rsplit", "splitlines", "replace", "startswith",
        "endswith", "removeprefix", "removesuffix", "find", "rfind", "count", "join", "isdigit", "get", "items", "keys", "values",
        "index", "a", "b",
    ];

    private static readonly string[] Operators =
        ["+", "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", ">=", "in", "not in", "and", "or"];

    private int _place;

    public string Write() => Next(4) switch
    {
        0 => $"{{% for x in {Expression(3)} %}}{{{{ x }}}}{{{{ loop.changed(x) }}}}{{% endfor %}}",
        1 => $"{{% set a, b = {Expression(3)} %}}{{{{ a }}}}",
        2 => $"{{% macro m(p, q={Expression(2)}) %}}{{{{ p }}}}{{% endmacro %}}{{{{ m({Expression(2)}) }}}}",
        _ => $"{{{{ {Expression(4)} }}}}",
    };

    private string Expression(int depth)
    {
        if (depth == 0) return $"({Values[Next(Values.Length)]})";
        string left = Expression(depth - 1);
        return Next(8) switch
        {
            0 => $"({left} {Operators[Next(Operators.Length)]} {Expression(depth - 1)})",
            1 or 2 => $"({left} | {Filters[Next(Filters.Length)]}{Arguments()})",
            3 => $"({left} is {Tests[Next(Tests.Length)]}{Arguments()})",
            4 or 5 => $"{left}.{Members[Next(Members.Length)]}{Arguments()}",
            6 => $"{left}[{Expression(0)}]",
            _ => $"{left}[{Expression(0)}:{Expression(0)}:{Expression(0)}]",
        };
    }

    private string Arguments() => Next(5) switch
    {
        0 => "",
        1 => "()",
        2 => $"({Expression(0)}, {Expression(0)})",
        3 => $"(attribute={Expression(0)}, case_sensitive=true)",
        _ => $"({Expression(0)})",
    };

    private int Next(int count) => tape[_place++ % tape.Length] % count;
}
