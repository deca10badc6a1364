using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace Cremona.Cli.Benchmarks;

/// <summary>A schema with instances, as MaskBench lays them out: one JSON object a line.</summary>
/// <param name="Name">Of the case.</param>
/// <param name="Schema">A JSON schema.</param>
/// <param name="Instances">JSON texts with a space after commas and colons, and whether they meet the schema.</param>
internal sealed record GrammarCase(
    string Name, JsonElement Schema, IReadOnlyList<(string Text, bool IsValid)> Instances)
{
    private const int DepthMax = 512;

    /// <summary>Reads a file, gzipped where its name says so.</summary>
    /// <exception cref="InvalidDataException">A line is not of that form.</exception>
    public static IEnumerable<GrammarCase> Read(string path)
    {
        using FileStream file = File.OpenRead(path);
        using Stream content = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new StreamReader(content, Encoding.UTF8);
        for (int number = 1; reader.ReadLine() is { } line; number++)
        {
            if (line.Length > 0) yield return Parse(line, $"{path}, line {number}");
        }
    }

    private static GrammarCase Parse(string line, string place)
    {
        try
        {
            JsonElement root = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = DepthMax }).RootElement;
            return new GrammarCase(
                root.GetProperty("name").GetString()!,
                root.GetProperty("schema"),
                [
                    .. root.GetProperty("tests").EnumerateArray().Select(test =>
                        (Write(test.GetProperty("data")), test.GetProperty("valid").GetBoolean())),
                ]);
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidDataException(
                $"{place} is not of the form {{\"name\", \"schema\", \"tests\": [{{\"data\", \"valid\"}}]}}: {fault.Message}", fault);
        }
    }

    private static string Write(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => $"{{{string.Join(", ", value.EnumerateObject().Select(m => $"{Quote(m.Name)}: {Write(m.Value)}"))}}}",
        JsonValueKind.Array => $"[{string.Join(", ", value.EnumerateArray().Select(Write))}]",
        JsonValueKind.String => Quote(value.GetString()!),
        _ => value.GetRawText(),
    };

    private static string Quote(string text)
    {
        var result = new StringBuilder("\"");
        foreach (char c in text)
        {
            string? escape = c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\b' => "\\b",
                '\f' => "\\f",
                < ' ' => $"\\u{(int)c:x4}",
                _ => null,
            };
            if (escape is null) result.Append(c);
            else result.Append(escape);
        }

        return result.Append('"').ToString();
    }
}
