using System.Text.Encodings.Web;
using System.Text.Json;

namespace Cremona.Training.Corpus;

/// <summary>JSON as chat templates write it: one line, a space after each comma and colon.</summary>
internal static class CorpusJson
{
    /// <summary>An object of members whose values are JSON already.</summary>
    public static string Object(IEnumerable<(string Name, string Json)> members) =>
        "{" + string.Join(", ", members.Select(m => $"{Text(m.Name)}: {m.Json}")) + "}";

    public static string Array(IEnumerable<string> items) => "[" + string.Join(", ", items) + "]";

    public static string Text(string text) =>
        "\"" + JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping) + "\"";
}
