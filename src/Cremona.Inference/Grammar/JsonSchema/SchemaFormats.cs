using Cremona.Inference.Grammar.Patterns;
using Cremona.Inference.Grammar.Regex;

namespace Cremona.Inference.Grammar.JsonSchema;

/// <summary>The formats of JSON Schema 2020-12 that are enforced. Names that the standard does not know say nothing,
/// as it demands.</summary>
internal sealed class SchemaFormats(PatternFactory patterns)
{
    private const string Byte = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    private const string IPv4 = Byte + "(\\." + Byte + "){3}";
    private const string Label = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
    private const string Hostname = Label + "(\\." + Label + ")*";
    private const string Atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
    private const string Clock = "([01][0-9]|2[0-3]):[0-5][0-9]";
    private const string Time = Clock + ":[0-5][0-9](\\.[0-9]+)?([zZ]|[+-]" + Clock + ")";
    private const string Escaped = "%[0-9A-Fa-f]{2}";
    private const string PathCharacter = "([A-Za-z0-9._~!$&'()*+,;=:@-]|" + Escaped + ")";
    private const string QueryCharacter = "([A-Za-z0-9._~!$&'()*+,;=:@/?-]|" + Escaped + ")";
    private const string Group = "[0-9A-Fa-f]{1,4}";

    // Months of 31, 30 and 28 days, then the leap days of the Gregorian calendar.
    private const string Date =
        "[0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))" +
        "|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29";

    // RFC 3986, section 3.2; the brackets of a host hold an IPv6 address or one of a later version.
    private static readonly string Authority =
        "(([A-Za-z0-9._~!$&'()*+,;=:-]|" + Escaped + ")*@)?(\\[(" + IPv6() +
        "|[vV][0-9A-Fa-f]+\\.[A-Za-z0-9._~!$&'()*+,;=:-]+)\\]|([A-Za-z0-9._~!$&'()*+,;=-]|" + Escaped + ")*)(:[0-9]*)?";

    private const string AbsolutePath = "/(" + PathCharacter + "+(/" + PathCharacter + "*)*)?";
    private static readonly string AuthorityPath = "//" + Authority + "(/" + PathCharacter + "*)*";
    private const string Tail = "(\\?" + QueryCharacter + "*)?(#" + QueryCharacter + "*)?";
    private const string Rootless = PathCharacter + "+(/" + PathCharacter + "*)*";
    private static readonly string UriText =
        "[A-Za-z][A-Za-z0-9+.-]*:(" + AuthorityPath + "|" + AbsolutePath + "|" + Rootless + "|)" + Tail;

    private const string Segment = "([A-Za-z0-9._~!$&'()*+,;=@-]|" + Escaped + ")+(/" + PathCharacter + "*)*";

    // RFC 3339, appendix A.
    private const string Duration =
        "P([0-9]+W|([0-9]+Y([0-9]+M([0-9]+D)?)?|[0-9]+M([0-9]+D)?|[0-9]+D)(T" + Hours + ")?|T" + Hours + ")";

    private const string Hours = "([0-9]+H([0-9]+M([0-9]+S)?)?|[0-9]+M([0-9]+S)?|[0-9]+S)";

    private static readonly Dictionary<string, string> Expressions = new()
    {
        ["date"] = Date,
        ["time"] = Time,
        ["date-time"] = "(" + Date + ")[Tt]" + Time,
        ["duration"] = Duration,
        ["email"] = Atom + "(\\." + Atom + ")*@" + Hostname,
        ["hostname"] = Hostname,
        ["ipv4"] = IPv4,
        ["ipv6"] = IPv6(),
        ["uuid"] = "[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
        ["uri"] = UriText,
        ["uri-reference"] = UriText + "|(" + AuthorityPath + "|" + AbsolutePath + "|" + Segment + "|)" + Tail,
        ["json-pointer"] = "(/([^~/]|~[01])*)*",
    };

    private static readonly string[] NotSupported =
        ["idn-email", "idn-hostname", "iri", "iri-reference", "uri-template", "relative-json-pointer", "regex"];

    private readonly Dictionary<string, Pattern> _known = [];

    /// <exception cref="GrammarException">The standard knows the format, and it is not enforced here.</exception>
    public Pattern Find(SchemaNode node, string format)
    {
        if (NotSupported.Contains(format)) throw node.Fault("format", $"'{format}' is not supported");
        if (_known.TryGetValue(format, out Pattern? known)) return known;
        Pattern pattern = patterns.Anything;
        if (Expressions.TryGetValue(format, out string? expression))
            pattern = new RegexPatterns(patterns).Whole(expression);
        if (format == "hostname") pattern = patterns.And(pattern, patterns.Repeat(patterns.AnyCharacter, 1, 253));
        _known.Add(format, pattern);
        return pattern;
    }

    /// <summary>Eight groups, or with <c>::</c> at most seven, of which an IPv4 address counts as two.</summary>
    private static string IPv6()
    {
        var forms = new List<string> { $"({Group}:){{7}}{Group}", $"({Group}:){{6}}{IPv4}" };
        for (int before = 0; before <= 7; before++)
        {
            int after = 7 - before;
            string left = before == 0 ? "" : $"{Group}(:{Group}){{{before - 1}}}";
            if (after > 0) forms.Add($"{left}::({Group}(:{Group}){{0,{after - 1}}})?");
            else forms.Add($"{left}::");
            if (after > 1) forms.Add($"{left}::({Group}:){{0,{after - 2}}}{IPv4}");
        }

        return string.Join('|', forms);
    }
}
