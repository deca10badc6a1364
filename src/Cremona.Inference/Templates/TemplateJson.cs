using System.Text;
using System.Text.Json;
using Cremona.Inference.Grammar.JsonSchema;

namespace Cremona.Inference.Templates;

/// <summary>JSON as Python's <c>json.dumps(value, ensure_ascii=False)</c> writes it, which is what <c>tojson</c> does
/// in chat templates: one line, a space behind colons and commas, characters as they are. Numbers stay as they were
/// given.</summary>
internal static class TemplateJson
{
    public static string Write(JsonElement value)
    {
        var text = new StringBuilder();
        Append(text, value);
        return text.ToString();
    }

    public static string Quote(string text) => JsonText.Quote(text);

    private static void Append(StringBuilder text, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                text.Append('{').AppendJoin(", ", value.EnumerateObject().Select(WriteMember)).Append('}');
                break;
            case JsonValueKind.Array:
                text.Append('[').AppendJoin(", ", value.EnumerateArray().Select(Write)).Append(']');
                break;
            case JsonValueKind.String:
                text.Append(Quote(value.GetString()!));
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }

    private static string WriteMember(JsonProperty member) => $"{Quote(member.Name)}: {Write(member.Value)}";
}
