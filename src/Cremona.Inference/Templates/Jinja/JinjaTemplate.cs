using Cremona.Inference.Templates.Jinja.Library;
using Cremona.Inference.Templates.Jinja.Syntax;

namespace Cremona.Inference.Templates.Jinja;

/// <summary>A Jinja template as models carry it: what Hugging Face's <c>apply_chat_template</c> understands, rendered
/// with <c>trim_blocks</c> and <c>lstrip_blocks</c>. Time and memory are bounded; nothing outside of the variables can
/// be reached. Thread-safe.</summary>
/// <remarks>Source: the template designer documentation of Jinja 3.1; <c>raise_exception</c>, <c>strftime_now</c> and
/// <c>tojson</c> as in transformers. Blocks, filters and tests that are not supported are refused when the template is
/// read. Left out on purpose: inheritance, includes, recursive loops and everything that changes a value in
/// place.</remarks>
public sealed class JinjaTemplate
{
    private readonly IReadOnlyList<Statement> _body;
    private readonly JinjaLimits _limits;

    private JinjaTemplate(IReadOnlyList<Statement> body, JinjaLimits limits) => (_body, _limits) = (body, limits);

    /// <summary>Reads a template.</summary>
    /// <exception cref="JinjaException">It cannot be read; the message names line and reason.</exception>
    public static JinjaTemplate Parse(string source, JinjaLimits? limits = null)
    {
        limits ??= JinjaLimits.Default;
        return new JinjaTemplate(StatementParser.Parse(source, limits), limits);
    }

    /// <summary>Renders the template.</summary>
    /// <param name="variables">Values as <see cref="Values.JinjaValue"/> describes them.</param>
    /// <param name="now">What <c>strftime_now</c> shows.</param>
    /// <param name="budget">What is left of the limits; null takes them whole.</param>
    /// <exception cref="JinjaException">It failed, or reached a limit; the message names line and reason.</exception>
    internal MarkedText Render(
        IEnumerable<(string Name, object? Value)> variables, DateTime now, JinjaBudget? budget = null)
    {
        var scope = new JinjaScope(budget ?? new JinjaBudget(_limits));
        Globals.AddTo(scope, now);
        foreach ((string name, object? value) in variables) scope[name] = value;
        var output = new MarkedTextBuilder(scope.Budget);
        Statement.RenderAll(_body, scope, output);
        return output.ToText();
    }
}
