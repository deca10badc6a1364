using Microsoft.AspNetCore.WebUtilities;

namespace Cremona.Server.Edge;

/// <summary>Finds the group in the forms that clients and pasted examples use: <c>?GroupId=1</c> in any case,
/// <c>?$GroupId=1</c> and the bare <c>?1</c>. A value that is no number, such as the placeholder <c>$GroupId</c>,
/// counts as missing.</summary>
public static class GroupParameter
{
    public static string? Find(QueryString query)
    {
        string? dollar = null;
        string? bare = null;
        foreach (QueryStringEnumerable.EncodedNameValuePair pair in new QueryStringEnumerable(query.Value))
        {
            string name = pair.DecodeName().ToString();
            string value = pair.DecodeValue().ToString();
            if (name.Equals("GroupId", StringComparison.OrdinalIgnoreCase) && IsGroup(value))
            {
                return value;
            }

            if (name.Equals("$GroupId", StringComparison.OrdinalIgnoreCase) && IsGroup(value))
            {
                dollar ??= value;
            }
            else if (value.Length == 0 && IsGroup(name))
            {
                bare ??= name;
            }
        }

        return dollar ?? bare;
    }

    private static bool IsGroup(string text) => text.Length > 0 && text.All(char.IsAsciiDigit);
}
