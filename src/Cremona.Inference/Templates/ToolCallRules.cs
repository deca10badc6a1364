using System.Collections.Frozen;
using System.Text.Json;

namespace Cremona.Inference.Templates;

/// <summary>What an answer that may call functions may consist of.</summary>
public sealed record ToolCallRules
{
    /// <summary>It may be text without a call.</summary>
    public bool AllowsText { get; init; } = true;

    /// <summary>Text may stand before the calls; otherwise an answer is one or the other.</summary>
    public bool AllowsTextBefore { get; init; } = true;

    /// <summary>It may make more than one call.</summary>
    public bool AllowsSeveral { get; init; } = true;

    /// <summary>The answer goes on after text that the prompt ends with.</summary>
    public bool IsContinuation { get; init; }

    /// <summary>A JSON Schema that the text must meet; null leaves it free. Not together with
    /// <see cref="AllowsTextBefore"/>.</summary>
    public JsonElement? TextSchema { get; init; }

    /// <summary>Functions that the model is shown and may not call; text begins no call of them either.</summary>
    public IReadOnlyCollection<string> ShownNames { get; init; } = [];

    /// <summary>Keywords of schemas that are not held to.</summary>
    public IReadOnlySet<string> Relaxed { get; init; } = FrozenSet<string>.Empty;
}
