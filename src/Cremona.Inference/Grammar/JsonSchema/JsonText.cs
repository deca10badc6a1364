using System.Globalization;
using System.Text;

namespace Cremona.Inference.Grammar.JsonSchema;

/// <summary>JSON strings with as few escapes as the format allows.</summary>
internal static class JsonText
{
    /// <summary>The string in quotation marks.</summary>
    public static string Quote(string text)
    {
        var result = new StringBuilder("\"", text.Length + 2);
        foreach (char character in text)
        {
            switch (character)
            {
                case '"' or '\\':
                    result.Append('\\').Append(character);
                    break;
                case '\n':
                    result.Append("\\n");
                    break;
                case '\r':
                    result.Append("\\r");
                    break;
                case '\t':
                    result.Append("\\t");
                    break;
                case '\b':
                    result.Append("\\b");
                    break;
                case '\f':
                    result.Append("\\f");
                    break;
                case < ' ':
                    result.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
                    break;
                default:
                    result.Append(character);
                    break;
            }
        }

        return result.Append('"').ToString();
    }
}
