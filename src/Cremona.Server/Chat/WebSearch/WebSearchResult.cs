namespace Cremona.Server.Chat.WebSearch;

/// <summary>A page that was found.</summary>
/// <param name="Title">Possibly empty.</param>
/// <param name="Url">Its address.</param>
/// <param name="Excerpt">What it says, shortened; possibly empty.</param>
internal sealed record WebSearchResult(string Title, string Url, string Excerpt);
