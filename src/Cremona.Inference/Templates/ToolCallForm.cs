using Cremona.Inference.Grammar.JsonSchema;

namespace Cremona.Inference.Templates;

/// <summary>How a model writes calls of functions in its own output: what stands before the name, between name and
/// arguments, and behind them; arguments are a JSON object.</summary>
public sealed record ToolCallForm
{
    /// <summary>Letters and digits of an id that a model makes up.</summary>
    public const int IdLength = 9;

    /// <summary><c>&lt;tool_call&gt;\n{"name": "f", "arguments": {…}}\n&lt;/tool_call&gt;</c>, several of them on lines
    /// of their own: Hermes, Qwen2.5, Qwen3, nano.</summary>
    public static ToolCallForm Tagged { get; } = new()
    {
        Marker = "<tool_call>",
        BeforeName = "<tool_call>\n{\"name\": ",
        BeforeArguments = ", \"arguments\": ",
        AfterArguments = "}\n</tool_call>",
        BetweenCalls = "\n<tool_call>\n{\"name\": ",
        Separator = "\n",
    };

    /// <summary><c>{"name": "f", "parameters": {…}}</c>, which is the whole answer: Llama-3.1, 3.2 and 3.3. Their
    /// <c>&lt;|python_tag|&gt;</c> calls functions of their own, which nobody offers here.</summary>
    public static ToolCallForm Bare { get; } = new()
    {
        Marker = "{\"name\": ",
        BeforeName = "{\"name\": ",
        BeforeArguments = ", \"parameters\": ",
        AfterArguments = "}",
        StandsAlone = true,
    };

    /// <summary><c>[TOOL_CALLS][{"name": "f", "arguments": {…}}, …]</c>: Mistral-Nemo. Fed back, calls have ids behind
    /// their arguments; the model writes none.</summary>
    public static ToolCallForm Listed { get; } = new()
    {
        Marker = "[TOOL_CALLS]",
        BeforeName = "[TOOL_CALLS][{\"name\": ",
        BeforeArguments = ", \"arguments\": ",
        AfterArguments = "}",
        BetweenCalls = ", {\"name\": ",
        AfterCalls = "]",
    };

    /// <summary>As <see cref="Listed"/>, with a space before the list: Mistral-7B-v0.3, Mistral-Small-3.1.</summary>
    public static ToolCallForm SpacedList { get; } = Listed with { BeforeName = "[TOOL_CALLS] [{\"name\": " };

    /// <summary><c>[TOOL_CALLS]f[ARGS]{…}</c>, several of them behind each other: Mistral's models of 2025.</summary>
    public static ToolCallForm Named { get; } = new()
    {
        Marker = "[TOOL_CALLS]",
        BeforeName = "[TOOL_CALLS]",
        BeforeArguments = "[ARGS]",
        AfterArguments = "",
        BetweenCalls = "[TOOL_CALLS]",
        QuotesName = false,
    };

    /// <summary><c>[TOOL_CALLS]f[CALL_ID]abcDEF123[ARGS]{…}</c>: Mistral-Small-3.2, Magistral-Small-2506. The model
    /// makes the ids up.</summary>
    public static ToolCallForm Identified { get; } = Named with { BeforeId = "[CALL_ID]", WantsShortIds = true };

    /// <summary>Those that are looked for in templates.</summary>
    internal static IReadOnlyList<ToolCallForm> Known { get; } = [Tagged, Bare, Listed, SpacedList, Named, Identified];

    /// <summary>What every call begins with; text that holds it is no plain text of an answer, unless it is a special
    /// token or the form <see cref="StandsAlone"/>.</summary>
    public required string Marker { get; init; }

    /// <summary>Begins with <see cref="Marker"/>; the name follows.</summary>
    public required string BeforeName { get; init; }

    /// <summary>Between the name and an id that the model makes up, of <see cref="IdLength"/> letters and digits; null
    /// where it writes none.</summary>
    public string? BeforeId { get; init; }

    /// <summary>Between the name, or the id, and the arguments, which are a JSON object.</summary>
    public required string BeforeArguments { get; init; }

    /// <summary>Behind the arguments.</summary>
    public required string AfterArguments { get; init; }

    /// <summary>Behind a call that another one follows, up to the name of that one; null where an answer makes one call
    /// only.</summary>
    public string? BetweenCalls { get; init; }

    /// <summary>Behind the last call; does not begin as <see cref="BetweenCalls"/>.</summary>
    public string AfterCalls { get; init; } = "";

    /// <summary>Between text and the first call.</summary>
    public string Separator { get; init; } = "";

    /// <summary>The name is a JSON string; otherwise it stands as it is, and <see cref="BehindName"/> begins with a
    /// character that no name has.</summary>
    public bool QuotesName { get; init; } = true;

    /// <summary>An answer that begins as a call of an offered function, up to the brace that opens its arguments, is
    /// one; any other is text, also where it holds the marker. Such a form has no special tokens.</summary>
    public bool StandsAlone { get; init; }

    /// <summary>The template refuses ids of calls that are not nine letters and digits; it is given such.</summary>
    public bool WantsShortIds { get; init; }

    /// <summary>Parts of these texts that are special tokens of the model, by id. The model writes them as such, and
    /// ordinary text never is one.</summary>
    public IReadOnlyDictionary<int, string> SpecialTokens { get; init; } = new Dictionary<int, string>();

    /// <summary>What stands behind the name.</summary>
    public string BehindName => BeforeId ?? BeforeArguments;

    /// <summary>No ordinary text can be taken for the beginning of a call.</summary>
    public bool HasSpecialMarker => SpecialTokens.Values.Contains(Marker);

    /// <summary>Texts that calls begin with, with what may stand between text and them; where the form
    /// <see cref="StandsAlone"/>, each as far as the brace that opens the arguments, also behind a space. None where a
    /// special token tells calls from text.</summary>
    /// <param name="names">Of the functions that may be called.</param>
    public IReadOnlyList<string> BeginningsOf(IEnumerable<string> names) =>
        HasSpecialMarker ? []
        : StandsAlone ? [.. HeadsOf(names).SelectMany(head => new[] { head, " " + head })]
        : [Separator + Marker, Marker];

    /// <summary>The beginning of a call of each function, with the brace that opens its arguments.</summary>
    internal IEnumerable<string> HeadsOf(IEnumerable<string> names) =>
        names.Select(name => BeforeName + Write(name) + BeforeArguments + "{");

    /// <summary>A name as it stands in a call.</summary>
    internal string Write(string name) => QuotesName ? JsonText.Quote(name) : name;
}
