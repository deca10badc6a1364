namespace Cremona.Conformance.Tests.Runner;

/// <summary>Reads a trace file. Its form:
/// <code>
/// # remarks before the first exchange
/// === name of the exchange
/// POST /v1/path?query
/// Header: value
///
/// request body, until the next mark
/// --- 200
/// Content-Type: application/json; charset=utf-8
///
/// expected body, compared whole; the line break before the next mark does not belong to it
/// ===
/// </code></summary>
public static class TraceFile
{
    private const string ExchangeMark = "===";
    private const string AnswerMark = "--- ";

    public static IReadOnlyList<TraceExchange> Read(string path)
    {
        string[] lines = File.ReadAllText(path).Split('\n');
        var exchanges = new List<TraceExchange>();
        int[] marks =
        [
            .. Enumerable.Range(0, lines.Length)
                .Where(i => lines[i].StartsWith(ExchangeMark, StringComparison.Ordinal)),
        ];
        foreach ((int start, int end) in marks.Zip(marks.Skip(1)))
        {
            int answer = Array.FindIndex(
                lines, start, end - start, line => line.StartsWith(AnswerMark, StringComparison.Ordinal));
            if (answer < 0)
            {
                throw new InvalidDataException($"{path} line {start + 1}: the exchange has no '{AnswerMark}' line.");
            }

            lines[answer] = lines[answer][AnswerMark.Length..];
            exchanges.Add(new TraceExchange(
                lines[start][ExchangeMark.Length..].Trim(),
                ReadMessage(lines[(start + 1)..answer]), ReadMessage(lines[answer..end])));
        }

        return exchanges.Count > 0
            ? exchanges
            : throw new InvalidDataException($"{path} holds no exchange; it must end with a '{ExchangeMark}' line.");
    }

    private static TraceMessage ReadMessage(string[] lines)
    {
        int blank = Array.IndexOf(lines, "");
        int headEnd = blank < 0 ? lines.Length : blank;
        KeyValuePair<string, string>[] headers =
        [
            .. lines[1..headEnd].Select(line => line.Split(": ", 2))
                .Select(pair => KeyValuePair.Create(pair[0], pair[1])),
        ];
        return new TraceMessage(lines[0], headers, blank < 0 ? "" : string.Join('\n', lines[(blank + 1)..]));
    }
}
