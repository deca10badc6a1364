using Cremona.Server.Edge;

namespace Cremona.Server.Chat.WebSearch;

/// <summary>Finds pages of the web. Thread-safe.</summary>
internal interface IWebSearch
{
    /// <summary>A provider is configured.</summary>
    bool IsAvailable { get; }

    /// <summary>The best results first; possibly none.</summary>
    /// <exception cref="ApiException">1001: the provider did not answer in time; 1013: it did not answer as it
    /// should.</exception>
    Task<IReadOnlyList<WebSearchResult>> SearchAsync(string query, CancellationToken cancellationToken);
}
