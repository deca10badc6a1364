using Microsoft.AspNetCore.WebUtilities;

namespace Cremona.Server.Edge;

/// <summary>Finds the group in the forms that clients and pasted examples use: <c>?GroupId=1</c> in any case,
/// <c>?$GroupId=1</c> and the bare <c>?1</c>. A value that is no number, such as the placeholder <c>$GroupId</c>,
/// counts as missing.</summary>
public static class GroupParameter
{
    private const int DigitsMax = 19;

    /// <summary>Whether a text has the form of every GroupId: 1 to 19 digits.</summary>
    public static bool IsGroup(string text) => text.Length <= DigitsMax && IsNumber(text);

    /// <summary>The group that is asked for, however many digits it has, or null.</summary>
    public static string? Find(QueryString query)
    {
        string? dollar = null;
        string? bare = null;
        foreach (QueryStringEnumerable.EncodedNameValuePair pair in new QueryStringEnumerable(query.Value))
        {
            string name = pair.DecodeName().ToString();
            string value = pair.DecodeValue().ToString();
            if (name.Equals("GroupId", StringComparison.OrdinalIgnoreCase) && IsNumber(value))
            {
                return value;
            }

            if (name.Equals("$GroupId", StringComparison.OrdinalIgnoreCase) && IsNumber(value))
            {
                dollar ??= value;
            }
            else if (value.Length == 0 && IsNumber(name))
            {
                bare ??= name;
            }
        }

        return dollar ?? bare;
    }

    private static bool IsNumber(string text) => text.Length > 0 && text.All(char.IsAsciiDigit);
}
