namespace Cremona.Inference.Templates.Jinja;

/// <summary>A template cannot be read, asks for what is not supported, or failed while it was rendered.</summary>
public sealed class JinjaException : Exception
{
    /// <param name="message">What is wrong.</param>
    /// <param name="line">Line of the template, from 1; null where it is not known yet.</param>
    public JinjaException(string message, int? line = null)
        : base(line is null ? message : $"line {line}: {message}") => (Reason, Line) = (message, line);

    /// <summary>What is wrong, without the line.</summary>
    public string Reason { get; }

    public int? Line { get; }

    /// <summary>The template itself refused what it was given, by <c>raise_exception</c>.</summary>
    public bool IsRaised { get; init; }

    /// <summary>A limit was reached.</summary>
    public bool IsLimit { get; init; }

    /// <summary>The same fault at a place.</summary>
    internal JinjaException At(int line) =>
        Line is null ? new JinjaException(Message, line) { IsRaised = IsRaised, IsLimit = IsLimit } : this;
}
