namespace Cremona.Server.Models;

/// <summary>What the platform's documentation promises for a model name, whatever local model stands behind
/// it.</summary>
/// <param name="Name">The wire name without its date.</param>
/// <param name="ContextTokens">Input and output together; the upper bound of a request's token limit.</param>
/// <param name="Surfaces">Where the name may be used.</param>
/// <param name="Temperature">When the request gives none.</param>
public sealed record DocumentedModel(string Name, int ContextTokens, ChatSurfaces Surfaces, float Temperature)
{
    /// <summary>The nucleus when the request gives none.</summary>
    public float TopP { get; init; } = 0.95f;

    /// <summary>Output tokens when the request gives no limit.</summary>
    public int OutputTokens { get; init; } = 256;

    /// <summary>The same on ChatCompletion v2, where that differs.</summary>
    public int? V2OutputTokens { get; init; }

    /// <summary>The largest limit a request may give, where that is less than the context.</summary>
    public int? OutputTokensMax { get; init; }

    /// <summary>Whether <c>beam_width</c> above 1 and <c>continue_last_message</c> are offered.</summary>
    public bool OffersBeamsAndContinuation { get; init; } = true;

    /// <summary>Whether ChatCompletion Pro offers <c>functions</c>.</summary>
    public bool OffersFunctions { get; init; } = true;

    /// <summary>Output tokens when a request through this interface gives no limit.</summary>
    public int OutputTokensOn(ChatSurfaces surface) =>
        surface == ChatSurfaces.V2 ? V2OutputTokens ?? OutputTokens : OutputTokens;
}
