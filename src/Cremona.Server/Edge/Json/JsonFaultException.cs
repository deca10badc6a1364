namespace Cremona.Server.Edge.Json;

/// <summary>The text is not JSON, not even leniently. Line and column count from 1; the column counts
/// characters.</summary>
public sealed class JsonFaultException(int line, int column)
    : Exception($"invalid json body at line {line} column {column}")
{
    public int Line { get; } = line;

    public int Column { get; } = column;
}
