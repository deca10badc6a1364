using System.Text;
using System.Text.RegularExpressions;

namespace Cremona.Conformance.Tests.Runner;

/// <summary>What may differ between two runs. <c>{{name:kind}}</c> takes any value of the kind the first time and the
/// same value ever after; <c>{{name}}</c> is a value known already; <c>{{:kind}}</c> is any value of the kind. Lines
/// between <c>{{repeat}}</c> and <c>{{end}}</c> may come once or more.</summary>
public sealed partial class TraceMasks(IReadOnlyDictionary<string, string> known)
{
    private static readonly Dictionary<string, string> Kinds = new()
    {
        ["int"] = "[0-9]+",
        ["seconds"] = "1[0-9]{9}",
        ["ms"] = "1[0-9]{12}",
        ["hex32"] = "[0-9a-f]{32}",
        ["number"] = @"-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?",
        ["callid"] = "call_function_[0-9]{10}",
        ["text"] = @"(?:[^""\\\x00-\x1f]|\\.)*",
        ["line"] = "[^\n]*",
    };

    private readonly Dictionary<string, string> _known = new(known);

    /// <summary>Puts known values into a request.</summary>
    public string Fill(string text) => Mask().Replace(text, mask => _known[mask.Groups["name"].Value]);

    /// <summary>Compares the whole text and remembers what its masks took.</summary>
    public void Match(string where, string expected, string actual)
    {
        var names = new List<string>();
        Match match = Regex.Match(actual, $@"\A{Pattern(expected, names)}\z", RegexOptions.CultureInvariant);
        if (!match.Success)
        {
            Assert.Fail($"{where}\nexpected: {Fill(expected, _known)}\nactual:   {actual}");
        }

        foreach (string name in names)
        {
            _known[name] = match.Groups[name].Value;
        }
    }

    private string Pattern(string expected, List<string> names)
    {
        expected = expected.Replace("{{repeat}}\n", "{{repeat}}", StringComparison.Ordinal)
            .Replace("{{end}}\n", "{{end}}", StringComparison.Ordinal);
        var pattern = new StringBuilder();
        int position = 0;
        foreach (Match mask in Mask().Matches(expected))
        {
            pattern.Append(Regex.Escape(expected[position..mask.Index]));
            pattern.Append(PatternOf(mask, names));
            position = mask.Index + mask.Length;
        }

        return pattern.Append(Regex.Escape(expected[position..])).ToString();
    }

    private string PatternOf(Match mask, List<string> names)
    {
        string name = mask.Groups["name"].Value;
        string kind = mask.Groups["kind"].Value;
        if (name is "repeat" or "end" && kind.Length == 0)
        {
            return name == "repeat" ? "(?:" : ")+";
        }

        if (name.Length > 0 && _known.TryGetValue(name, out string? value))
        {
            return Regex.Escape(value);
        }

        if (names.Contains(name))
        {
            return $@"\k<{name}>";
        }

        if (name.Length == 0)
        {
            return Kinds[kind];
        }

        names.Add(name);
        return $"(?<{name}>{Kinds[kind]})";
    }

    private static string Fill(string text, Dictionary<string, string> known) => Mask().Replace(
        text, mask => known.GetValueOrDefault(mask.Groups["name"].Value, mask.Value));

    [GeneratedRegex(@"\{\{(?<name>[a-zA-Z0-9_]*)(?::(?<kind>[a-z0-9]+))?\}\}", RegexOptions.ExplicitCapture)]
    private static partial Regex Mask();
}
