using Cremona.Inference.Grammar;
using Cremona.Inference.Templates;
using Cremona.Server.Edge;
using Cremona.Server.Models;

namespace Cremona.Server.Chat;

/// <summary>A chat request in domain words, whichever interface it came through. Null means "not set".</summary>
internal sealed record ChatRequest
{
    /// <summary>The name as asked for.</summary>
    public required string Model { get; init; }

    public required IReadOnlyList<ChatTurn> Turns { get; init; }

    /// <summary>What the turns show beside their texts.</summary>
    public ChatImages Images { get; init; } = ChatImages.None;

    public required ChatEnding Ending { get; init; }

    /// <summary>The bot that answers, where the answer says so.</summary>
    public string ReplyName { get; init; } = "";

    /// <summary>The client asked for a continuation of its last message.</summary>
    public bool ContinuesLastMessage { get; init; }

    public required NamedLimit OutputTokens { get; init; }

    public double? Temperature { get; init; }

    public double? TopP { get; init; }

    public long? Seed { get; init; }

    public double? PresencePenalty { get; init; }

    public double? FrequencyPenalty { get; init; }

    /// <summary>How many answers, best first.</summary>
    public NamedLimit Answers { get; init; } = new("n", null);

    public int AnswerCount => (int)(Answers.Value ?? 1);

    public IReadOnlyList<string> StopSequences { get; init; } = [];

    /// <summary>Functions that the model may call, or null.</summary>
    public ToolOffer? Offer { get; init; }

    /// <summary>The offer has the plugin that searches the web.</summary>
    public bool SearchesWeb { get; init; }

    /// <summary>The field that asks for it.</summary>
    public string SearchField { get; init; } = "plugins";

    /// <summary>The field that offers functions.</summary>
    public string OfferField { get; init; } = "tools";

    /// <summary>The form that the answer is held to, or null.</summary>
    public OutputFormat? Format { get; init; }

    /// <summary>Tell each token's probability and this many alternatives.</summary>
    public int? TopLogProbabilities { get; init; }

    public bool MasksSensitiveText { get; init; }

    public bool IsStream { get; init; }

    /// <summary>Events end with one line break instead of two.</summary>
    public bool UsesShortSeparator { get; init; }

    /// <summary>The stream ends with a chunk that tells the usage.</summary>
    public bool IncludesUsage { get; init; }

    /// <summary>What to tell the caller about a form that the answer cannot be held to; null where the request asks
    /// for none.</summary>
    public ApiException? Explain(GrammarException fault) =>
        Offer is null ? Format?.Explain(fault)
        : Format is { } format && fault.Location.StartsWith('#') ? format.Explain(fault)
        : ApiException.InvalidParameters($"{OfferField}: {fault.Message}{OutputFormat.SchemaRemedy}");
}
