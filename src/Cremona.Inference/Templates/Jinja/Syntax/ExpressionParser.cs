using System.Globalization;
using System.Text;
using Cremona.Inference.Templates.Jinja.Library;
using Cremona.Inference.Templates.Jinja.Values;

namespace Cremona.Inference.Templates.Jinja.Syntax;

/// <summary>Expressions, from those that bind least to those that bind most.</summary>
internal sealed class ExpressionParser(TokenCursor tokens)
{
    private static readonly string[] Comparisons = ["==", "!=", "<", "<=", ">", ">=", "in", "not"];

    // Words that can be no argument of a test without brackets.
    private static readonly string[] Reserved = ["and", "or", "not", "if", "else", "is", "in"];

    /// <summary>An expression, with an inline if.</summary>
    public Expression Parse()
    {
        tokens.Enter();
        Expression value = ParseOr();
        while (tokens.Current.Is("if"))
        {
            int line = tokens.Take().Line;
            Expression condition = ParseOr();
            Expression? otherwise = tokens.TryTake("else") ? Parse() : null;
            value = new ChoiceExpression(line, condition, value, otherwise);
        }

        tokens.Leave();
        return value;
    }

    /// <summary>An expression without an inline if: what a loop runs over, where an if belongs to the loop.</summary>
    public Expression ParseWithoutChoice()
    {
        int line = tokens.Current.Line;
        Expression first = ParseOr();
        if (!tokens.Current.Is(",")) return first;
        var items = new List<Expression> { first };
        while (tokens.TryTake(",")) items.Add(ParseOr());
        return new ListExpression(line, items, isTuple: true);
    }

    /// <summary>An expression, or several with commas between: a tuple.</summary>
    public Expression ParseTuple()
    {
        int line = tokens.Current.Line;
        Expression first = Parse();
        if (!tokens.Current.Is(",")) return first;
        var items = new List<Expression> { first };
        while (tokens.TryTake(",") && !EndsTuple()) items.Add(Parse());
        return new ListExpression(line, items, isTuple: true);
    }

    /// <summary>Filters behind a value: <c>| f | g(a)</c>, and tests.</summary>
    public Expression ParseFilters(Expression value)
    {
        while (true)
        {
            if (tokens.TryTake("|")) value = ParseFilter(value);
            else if (tokens.Current.Is("is")) value = ParseTest(value);
            else if (tokens.Current.Is("(")) value = new CallExpression(tokens.Current.Line, value, ParseArguments());
            else return value;
        }
    }

    /// <summary>The name and the arguments of a filter.</summary>
    public Expression ParseFilter(Expression value)
    {
        Token name = tokens.Expect(TokenKind.Name, "the name of a filter");
        JinjaFunction filter = Filters.Find(name.Text)
            ?? throw new JinjaException($"the filter {name.Text} is not supported", name.Line);
        CallArguments arguments = TryArguments();
        RefuseUnknown(name.Text, arguments);
        return new FilterExpression(name.Line, value, filter, arguments);
    }

    /// <summary>Arguments in brackets.</summary>
    public CallArguments ParseArguments()
    {
        var positional = new List<Expression>();
        var named = new List<(string, Expression)>();
        tokens.Expect("(");
        while (!tokens.TryTake(")"))
        {
            if (tokens.Current.Kind == TokenKind.Name && tokens.Next.Is("="))
            {
                string name = tokens.Take().Text;
                tokens.Take();
                named.Add((name, Parse()));
            }
            else if (tokens.Current.Is("*") || tokens.Current.Is("**") || named.Count > 0)
            {
                throw tokens.Fault("expected a named argument");
            }
            else
            {
                positional.Add(Parse());
            }

            if (!tokens.Current.Is(")")) tokens.Expect(",");
        }

        return new CallArguments(positional, named);
    }

    /// <summary>Some filters are told another filter or a test by its name, which is looked up where it is written
    /// out.</summary>
    private static void RefuseUnknown(string filter, CallArguments arguments)
    {
        (int at, bool isTest) = filter switch
        {
            "map" => (0, false),
            "select" or "reject" => (0, true),
            "selectattr" or "rejectattr" => (1, true),
            _ => (int.MaxValue, false),
        };
        if (arguments.Positional.Count <= at) return;
        if (arguments.Positional[at] is not ConstantExpression { Value: MarkedText name } constant) return;
        JinjaFunction? found = isTest ? Tests.Find(name.Text) : Filters.Find(name.Text);
        if (found is null)
        {
            throw new JinjaException(
                $"the {(isTest ? "test" : "filter")} {name.Text} is not supported", constant.Line);
        }
    }

    private CallArguments TryArguments() => tokens.Current.Is("(") ? ParseArguments() : CallArguments.None;

    private bool EndsTuple() => tokens.Current.Kind is TokenKind.BlockEnd or TokenKind.PrintEnd
        || tokens.Current.Is(")") || tokens.Current.Is("=") || tokens.Current.Is("in");

    private Expression ParseOr()
    {
        Expression left = ParseAnd();
        while (tokens.Current.Is("or")) left = new LogicExpression(tokens.Take().Line, isAnd: false, left, ParseAnd());
        return left;
    }

    private Expression ParseAnd()
    {
        Expression left = ParseNot();
        while (tokens.Current.Is("and")) left = new LogicExpression(tokens.Take().Line, isAnd: true, left, ParseNot());
        return left;
    }

    private Expression ParseNot()
    {
        if (!tokens.Current.Is("not")) return ParseComparison();
        tokens.Enter();
        var value = new NotExpression(tokens.Take().Line, ParseNot());
        tokens.Leave();
        return value;
    }

    private Expression ParseComparison()
    {
        int line = tokens.Current.Line;
        Expression first = ParseSum();
        var others = new List<(string, Expression)>();
        while (Array.Exists(Comparisons, tokens.Current.Is))
        {
            if (tokens.Current.Is("not") && !tokens.Next.Is("in")) break;
            string sign = tokens.Take().Text;
            if (sign == "not") tokens.Take();
            others.Add((sign, ParseSum()));
        }

        return others.Count == 0 ? first : new CompareExpression(line, first, others);
    }

    private Expression ParseSum() => ParseArithmetic(ParseJoin, "+", "-");

    private Expression ParseJoin() => ParseArithmetic(ParseProduct, "~");

    private Expression ParseProduct() => ParseArithmetic(ParsePower, "*", "/", "//", "%");

    private Expression ParsePower() => ParseArithmetic(() => ParseSigned(takesFilters: true), "**");

    private Expression ParseArithmetic(Func<Expression> operand, params string[] signs)
    {
        Expression left = operand();
        while (Array.Exists(signs, tokens.Current.Is))
        {
            Token sign = tokens.Take();
            left = new ArithmeticExpression(sign.Line, sign.Text, left, operand());
        }

        return left;
    }

    private Expression ParseSigned(bool takesFilters)
    {
        Expression value;
        if (tokens.Current.Is("-") || tokens.Current.Is("+"))
        {
            tokens.Enter();
            Token sign = tokens.Take();
            value = new SignExpression(sign.Line, sign.Text == "-", ParseSigned(takesFilters: false));
            tokens.Leave();
        }
        else
        {
            value = ParseMembers(ParsePrimary());
        }

        return takesFilters ? ParseFilters(value) : value;
    }

    private Expression ParseMembers(Expression value)
    {
        while (true)
        {
            int line = tokens.Current.Line;
            if (tokens.TryTake("."))
            {
                Token name = tokens.Take();
                if (name.Kind is not (TokenKind.Name or TokenKind.Integer)) throw tokens.Fault("expected a member");
                object key = name.Kind == TokenKind.Name ? new MarkedText(name.Text) : Integer(name);
                value = new MemberExpression(line, value, new ConstantExpression(line, key), prefersMethods: true);
            }
            else if (tokens.TryTake("["))
            {
                value = ParseIndex(value, line);
            }
            else if (tokens.Current.Is("("))
            {
                value = new CallExpression(line, value, ParseArguments());
            }
            else
            {
                return value;
            }
        }
    }

    private Expression ParseIndex(Expression value, int line)
    {
        Expression? start = tokens.Current.Is(":") ? null : ParseTuple();
        if (!tokens.Current.Is(":"))
        {
            tokens.Expect("]");
            return new MemberExpression(line, value, start!, prefersMethods: false);
        }

        tokens.Expect(":");
        Expression? stop = tokens.Current.Is(":") || tokens.Current.Is("]") ? null : Parse();
        Expression? step = tokens.TryTake(":") && !tokens.Current.Is("]") ? Parse() : null;
        tokens.Expect("]");
        return new SliceExpression(line, value, start, stop, step);
    }

    private Expression ParsePrimary()
    {
        Token token = tokens.Take();
        return token.Kind switch
        {
            TokenKind.Name => ParseName(token),
            TokenKind.Literal => ParseLiteral(token),
            TokenKind.Integer => new ConstantExpression(token.Line, Integer(token)),
            TokenKind.Number => new ConstantExpression(token.Line, Number(token)),
            TokenKind.Operator when token.Text == "(" => ParseBrackets(token.Line),
            TokenKind.Operator when token.Text == "[" => new ListExpression(token.Line, ParseItems("]"), isTuple: false),
            TokenKind.Operator when token.Text == "{" => ParseMap(token.Line),
            _ => throw new JinjaException($"expected a value, found '{token.Text}'", token.Line),
        };
    }

    private static Expression ParseName(Token token) => token.Text switch
    {
        "true" or "True" => new ConstantExpression(token.Line, true),
        "false" or "False" => new ConstantExpression(token.Line, false),
        "none" or "None" => new ConstantExpression(token.Line, null),
        var word when Reserved.Contains(word) =>
            throw new JinjaException($"expected a value, found '{word}'", token.Line),
        var name => new NameExpression(token.Line, name),
    };

    private ConstantExpression ParseLiteral(Token token)
    {
        var text = new StringBuilder(token.Text);
        while (tokens.Current.Kind == TokenKind.Literal) text.Append(tokens.Take().Text);
        return new ConstantExpression(token.Line, new MarkedText(text.ToString()));
    }

    private Expression ParseBrackets(int line)
    {
        if (tokens.TryTake(")")) return new ListExpression(line, [], isTuple: true);
        Expression value = ParseTuple();
        tokens.Expect(")");
        return value;
    }

    private List<Expression> ParseItems(string close)
    {
        var items = new List<Expression>();
        while (!tokens.TryTake(close))
        {
            items.Add(Parse());
            if (!tokens.Current.Is(close)) tokens.Expect(",");
        }

        return items;
    }

    private MapExpression ParseMap(int line)
    {
        var entries = new List<(Expression, Expression)>();
        while (!tokens.TryTake("}"))
        {
            Expression key = Parse();
            tokens.Expect(":");
            entries.Add((key, Parse()));
            if (!tokens.Current.Is("}")) tokens.Expect(",");
        }

        return new MapExpression(line, entries);
    }

    private TestExpression ParseTest(Expression value)
    {
        int line = tokens.Take().Line;
        bool isNot = tokens.TryTake("not");
        Token name = tokens.Expect(TokenKind.Name, "the name of a test");
        JinjaFunction test = Tests.Find(name.Text)
            ?? throw new JinjaException($"the test {name.Text} is not supported", name.Line);
        bool hasValue = tokens.Current.Kind is TokenKind.Literal or TokenKind.Integer or TokenKind.Number
            || tokens.Current.Is("[") || tokens.Current.Is("{")
            || (tokens.Current.Kind == TokenKind.Name && !Reserved.Contains(tokens.Current.Text));
        CallArguments arguments = hasValue
            ? new CallArguments([ParseMembers(ParsePrimary())], [])
            : TryArguments();
        return new TestExpression(line, value, test, arguments, isNot);
    }

    private static double Number(Token token) =>
        double.TryParse(token.Text, CultureInfo.InvariantCulture, out double value)
            ? value
            : throw new JinjaException($"{token.Text} is no number", token.Line);

    private static long Integer(Token token) =>
        long.TryParse(token.Text, CultureInfo.InvariantCulture, out long value)
            ? value
            : throw new JinjaException($"{token.Text} is too large", token.Line);
}
