using System.Runtime.CompilerServices;

namespace Cremona.Inference.Templates.Jinja;

/// <summary>What is left of the limits while a template is rendered. Whatever takes time or memory by the size of a
/// value is charged here before it is done. Not thread-safe.</summary>
internal sealed class JinjaBudget(JinjaLimits limits)
{
    // A part of a text takes memory beside its characters.
    private const int CharactersOfPart = 8;

    // Characters that a search compares at once where it finds a beginning.
    private const int ComparedAtOnce = 32;

    private long _steps;
    private long _characters;
    private long _readCharacters;

    /// <summary>How deep calls are nested now; set back by who catches what broke off within them.</summary>
    public int Depth { get; set; }

    /// <exception cref="JinjaException">There were too many, or they are within each other too deep for the
    /// stack.</exception>
    public void Step(long count = 1)
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

    /// <summary>A part of a text; parts are copies.</summary>
    /// <exception cref="JinjaException">There were too many characters.</exception>
    public MarkedText Part(MarkedText text, int start, int length)
    {
        if (length == text.Length) return text;
        Characters(length + CharactersOfPart);
        return text.Slice(start, length);
    }

    /// <summary>Counts characters that are looked through, compared or hashed.</summary>
    /// <exception cref="JinjaException">There were too many.</exception>
    public void Read(long count)
    {
        if ((_readCharacters += count) > limits.ReadCharactersMax)
            throw Limit($"the template looks through more than {limits.ReadCharactersMax} characters of text");
    }

    /// <summary>Counts what it takes at most to look for something in a text.</summary>
    /// <exception cref="JinjaException">There were too many characters.</exception>
    public void Search(int textLength, int partLength) => Read(textLength * (1 + ((long)partLength / ComparedAtOnce)));

    /// <exception cref="JinjaException">It is too deep.</exception>
    public void Enter()
    {
        if (++Depth > limits.DepthMax) throw Limit($"calls are nested deeper than {limits.DepthMax}");
    }

    public void Leave() => Depth--;

    private static JinjaException Limit(string message) => new(message) { IsLimit = true };
}
