namespace Cremona.Server.Edge.Keys;

/// <summary>The key in the Authorization header: <c>Bearer k</c>, the documentation's typo <c>Bear k</c>, or the bare
/// <c>k</c>.</summary>
public static class AuthorizationHeader
{
    private static readonly string[] Schemes = ["Bearer", "Bear"];

    /// <summary>The key, or null when there is none.</summary>
    public static string? FindKey(string? header)
    {
        string text = header?.Trim() ?? "";
        foreach (string scheme in Schemes)
        {
            if (text.Equals(scheme, StringComparison.OrdinalIgnoreCase))
            {
                return null;
            }

            if (text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) && char.IsWhiteSpace(text[scheme.Length]))
            {
                return text[scheme.Length..].Trim() is { Length: > 0 } key ? key : null;
            }
        }

        return text.Length > 0 ? text : null;
    }
}
