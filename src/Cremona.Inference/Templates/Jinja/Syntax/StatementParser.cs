namespace Cremona.Inference.Templates.Jinja.Syntax;

/// <summary>The statements of a template.</summary>
internal sealed class StatementParser
{
    private readonly TokenCursor _tokens;
    private readonly ExpressionParser _expressions;
    private int _loops;

    private StatementParser(TokenCursor tokens)
    {
        _tokens = tokens;
        _expressions = new ExpressionParser(tokens);
    }

    /// <exception cref="JinjaException">The template cannot be read, or asks for what is not supported.</exception>
    public static IReadOnlyList<Statement> Parse(string source, JinjaLimits limits)
    {
        if (source.Length > limits.SourceLengthMax)
            throw new JinjaException($"the template has {source.Length} characters, at most {limits.SourceLengthMax} are read");
        var tokens = new TokenCursor(Lexer.Read(source), limits.DepthMax);
        return new StatementParser(tokens).ParseBody();
    }

    /// <summary>Statements up to a block that begins with one of these words, or to the end.</summary>
    private List<Statement> ParseBody(params string[] ends)
    {
        var body = new List<Statement>();
        _tokens.Enter();
        while (_tokens.Current.Kind != TokenKind.End)
        {
            if (_tokens.Current.Kind == TokenKind.BlockStart && Array.Exists(ends, _tokens.Next.Is))
            {
                _tokens.Take();
                _tokens.Leave();
                return body;
            }

            body.Add(ParseStatement());
        }

        if (ends.Length > 0) throw _tokens.Fault($"expected {{% {ends[^1]} %}}");
        _tokens.Leave();
        return body;
    }

    /// <summary>A body and the end of its block.</summary>
    private List<Statement> ParseBlock(string end)
    {
        EndBlock();
        List<Statement> body = ParseBody(end);
        _tokens.Take();
        EndBlock();
        return body;
    }

    private Statement ParseStatement()
    {
        Token token = _tokens.Take();
        switch (token.Kind)
        {
            case TokenKind.Text:
                return new TextStatement(token.Line, token.Text);
            case TokenKind.PrintStart:
                var print = new PrintStatement(token.Line, _expressions.ParseTuple());
                _tokens.Expect(TokenKind.PrintEnd, "}}");
                return print;
            default:
                return ParseBlockStatement();
        }
    }

    private Statement ParseBlockStatement()
    {
        Token word = _tokens.Expect(TokenKind.Name, "the name of a block");
        return word.Text switch
        {
            "if" => ParseIf(word.Line),
            "for" => ParseFor(word.Line),
            "set" => ParseSet(word.Line),
            "macro" => ParseMacro(word.Line),
            "call" => ParseCall(word.Line),
            "filter" => ParseFilterBlock(word.Line),
            "generation" => new IfStatement(word.Line, [(null, ParseBlock("endgeneration"))]),
            "break" or "continue" => ParseStep(word),
            _ => throw new JinjaException($"the block {word.Text} is not supported", word.Line),
        };
    }

    private void EndBlock() => _tokens.Expect(TokenKind.BlockEnd, "%}");

    private IfStatement ParseIf(int line)
    {
        var branches = new List<(Expression?, IReadOnlyList<Statement>)>();
        Expression? condition = _expressions.ParseTuple();
        while (true)
        {
            EndBlock();
            List<Statement> body = condition is null
                ? ParseBody("endif")
                : ParseBody("elif", "else", "endif");
            branches.Add((condition, body));
            string word = _tokens.Take().Text;
            if (word == "endif") break;
            condition = word == "elif" ? _expressions.ParseTuple() : null;
        }

        EndBlock();
        return new IfStatement(line, branches);
    }

    private ForStatement ParseFor(int line)
    {
        List<string> names = ParseNames();
        _tokens.Expect("in");
        Expression items = _expressions.ParseWithoutChoice();
        Expression? condition = _tokens.TryTake("if") ? _expressions.Parse() : null;
        if (_tokens.Current.Is("recursive")) throw _tokens.Fault("recursive loops are not supported: expected %}");
        EndBlock();
        _loops++;
        List<Statement> body = ParseBody("else", "endfor");
        _loops--;
        List<Statement> otherwise = [];
        if (_tokens.Take().Text == "else")
        {
            EndBlock();
            otherwise = ParseBody("endfor");
            _tokens.Take();
        }

        EndBlock();
        return new ForStatement(line, names, items, condition, body, otherwise);
    }

    private List<string> ParseNames()
    {
        bool isInBrackets = _tokens.TryTake("(");
        var names = new List<string>();
        do
        {
            names.Add(_tokens.Expect(TokenKind.Name, "a name").Text);
        }
        while (_tokens.TryTake(","));

        if (isInBrackets) _tokens.Expect(")");
        return names;
    }

    private Statement ParseSet(int line)
    {
        List<string> names = ParseNames();
        if (_tokens.TryTake("."))
        {
            string member = _tokens.Expect(TokenKind.Name, "a member").Text;
            _tokens.Expect("=");
            var set = new SetMemberStatement(line, names[0], member, _expressions.ParseTuple());
            EndBlock();
            return set;
        }

        if (_tokens.TryTake("="))
        {
            var set = new SetStatement(line, names, _expressions.ParseTuple());
            EndBlock();
            return set;
        }

        var body = new CaptureExpression(line);
        Expression value = _expressions.ParseFilters(body);
        body.Body = ParseBody(ParseBlock, "endset");
        return new SetStatement(line, [names[0]], value);
    }

    private PrintStatement ParseFilterBlock(int line)
    {
        var body = new CaptureExpression(line);
        Expression value = _expressions.ParseFilters(_expressions.ParseFilter(body));
        body.Body = ParseBody(ParseBlock, "endfilter");
        return new PrintStatement(line, value);
    }

    private MacroStatement ParseMacro(int line)
    {
        string name = _tokens.Expect(TokenKind.Name, "the name of a macro").Text;
        List<(string, Expression?)> parameters = ParseParameters();
        return new MacroStatement(line, name, parameters, ParseBody(ParseBlock, "endmacro"));
    }

    private CallStatement ParseCall(int line)
    {
        List<(string, Expression?)> parameters = _tokens.Current.Is("(") ? ParseParameters() : [];
        Expression callee = new NameExpression(line, _tokens.Expect(TokenKind.Name, "the name of a macro").Text);
        CallArguments arguments = _expressions.ParseArguments();
        var body = new MacroStatement(line, "caller", parameters, ParseBody(ParseBlock, "endcall"));
        return new CallStatement(line, callee, arguments, body);
    }

    /// <summary>A body that no loop outside of it can be left from.</summary>
    private List<Statement> ParseBody(Func<string, List<Statement>> parse, string end)
    {
        (int loops, _loops) = (_loops, 0);
        List<Statement> body = parse(end);
        _loops = loops;
        return body;
    }

    private List<(string, Expression?)> ParseParameters()
    {
        var parameters = new List<(string, Expression?)>();
        _tokens.Expect("(");
        while (!_tokens.TryTake(")"))
        {
            string name = _tokens.Expect(TokenKind.Name, "the name of a parameter").Text;
            parameters.Add((name, _tokens.TryTake("=") ? _expressions.Parse() : null));
            if (!_tokens.Current.Is(")")) _tokens.Expect(",");
        }

        return parameters;
    }

    private StepStatement ParseStep(Token word)
    {
        if (_loops == 0) throw new JinjaException($"{word.Text} stands outside of a loop", word.Line);
        EndBlock();
        return new StepStatement(word.Line, word.Text == "break" ? LoopStep.Break : LoopStep.Continue);
    }
}
