using System.Runtime.CompilerServices;

namespace Cremona.Inference.Templates.Jinja;

/// <summary>What is left of the limits while a template is rendered. Not thread-safe.</summary>
internal sealed class JinjaBudget(JinjaLimits limits)
{
    private int _steps;
    private long _characters;

    /// <summary>How deep calls are nested now; set back by who catches what broke off within them.</summary>
    public int Depth { get; set; }

    /// <exception cref="JinjaException">There were too many, or they are within each other too deep for the
    /// stack.</exception>
    public void Step(int count = 1)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw Limit("the template is nested too deep");
        if ((_steps += count) > limits.StepsMax || count < 0)
            throw Limit($"the template takes more than {limits.StepsMax} steps");
    }

    /// <summary>Counts the characters of a text that is to be made.</summary>
    /// <exception cref="JinjaException">There were too many.</exception>
    public void Characters(long count)
    {
        if ((_characters += count) > limits.CharactersMax)
            throw Limit($"the template makes more than {limits.CharactersMax} characters of text");
    }

    /// <exception cref="JinjaException">It is too deep.</exception>
    public void Enter()
    {
        if (++Depth > limits.DepthMax) throw Limit($"calls are nested deeper than {limits.DepthMax}");
    }

    public void Leave() => Depth--;

    private static JinjaException Limit(string message) => new(message) { IsLimit = true };
}
