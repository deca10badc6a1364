using System.Text.Json;
using Cremona.Inference.Templates;

namespace Cremona.Training.Data;

/// <summary>The parameters of functions, compiled: most rows of a file offer the same. Bounded. For one
/// reader.</summary>
internal sealed class KnownParameters
{
    private const int TermsMax = 1_000_000; // some hundred megabytes

    private readonly Dictionary<string, ToolArguments> _known = new(StringComparer.Ordinal);
    private int _terms;

    /// <exception cref="Inference.Grammar.GrammarException">The schema cannot be held to.</exception>
    public ToolArguments Get(JsonElement parameters, IReadOnlySet<string> relaxed)
    {
        string key = $"{string.Join(' ', relaxed.Order(StringComparer.Ordinal))}\n{parameters.GetRawText()}";
        if (_known.TryGetValue(key, out ToolArguments? known)) return known;
        known = new ToolArguments(parameters.Clone(), relaxed);
        if (_terms > TermsMax - known.TermCount)
        {
            _known.Clear();
            _terms = 0;
        }

        _known.Add(key, known);
        _terms += known.TermCount;
        return known;
    }
}
