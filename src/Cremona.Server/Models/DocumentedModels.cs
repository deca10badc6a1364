namespace Cremona.Server.Models;

/// <summary>The table of the platform's chat models, December 2023 to 2025.</summary>
public static class DocumentedModels
{
    private const ChatSurfaces ProAndV2 = ChatSurfaces.Pro | ChatSurfaces.V2;

    public static IReadOnlyList<DocumentedModel> Entries { get; } =
    [
        new("abab5-chat", 6144, ChatSurfaces.Completion, 0.9f) { OutputTokens = 128 },
        new("abab5.5-chat", 16_384, ChatSurfaces.All, 0.9f) { OffersBeamsAndContinuation = false },
        new("abab5.5s-chat", 8192, ChatSurfaces.All, 0.9f) { OffersFunctions = false },
        new("abab6-chat", 32_768, ProAndV2, 0.1f),
        new("abab6.5-chat", 8192, ProAndV2, 0.1f),
        new("abab6.5s-chat", 245_760, ProAndV2, 0.1f),
        new("abab6.5t-chat", 8192, ProAndV2, 0.1f),
        new("abab6.5g-chat", 8192, ProAndV2, 0.1f),
        new("abab7-chat-preview", 245_760, ProAndV2, 0.1f),
        new("MiniMax-Text-01", 1_000_192, ProAndV2, 0.1f) { V2OutputTokens = 2048 },
        new("MiniMax-M1", 1_000_192, ChatSurfaces.V2, 1) { OutputTokens = 8192, OutputTokensMax = 40_000 },
        new("MiniMax-M2", 204_800, ChatSurfaces.V2, 1) { OutputTokens = 8192 },
    ];

    /// <summary>Every name of the table, and the dated names that stand in clients' code.</summary>
    public static IEnumerable<string> Aliases =>
        Entries.Select(entry => entry.Name).Concat(
        [
            "abab5.5-chat-240119", "abab5.5-chat-240131", "abab5.5s-chat-240123",
        ]);

    /// <summary>The row of a name, its date left out (<c>abab5.5s-chat-240123</c>), or null.</summary>
    public static DocumentedModel? Find(string name)
    {
        int dash = name.LastIndexOf('-');
        bool isDated = dash > 0 && name.Length - dash > 4
            && name.AsSpan(dash + 1).IndexOfAnyExceptInRange('0', '9') < 0;
        string undated = isDated ? name[..dash] : name;
        return Entries.FirstOrDefault(entry => entry.Name == name)
            ?? Entries.FirstOrDefault(entry => entry.Name == undated);
    }
}
