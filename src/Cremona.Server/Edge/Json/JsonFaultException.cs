namespace Cremona.Server.Edge.Json;

/// <summary>The text is not JSON, not even leniently. Line and column count from 1; the column counts
/// characters.</summary>
/// <param name="reason">What is wrong there; null when the text just cannot go on.</param>
public sealed class JsonFaultException(int line, int column, string? reason = null)
    : Exception($"invalid json body at line {line} column {column}{(reason is null ? "" : $": {reason}")}")
{
    public int Line { get; } = line;

    public int Column { get; } = column;
}
