using Microsoft.Extensions.AI;

namespace Cremona.Server.Models;

/// <summary>A picture in what a user says.</summary>
/// <param name="url">An http or https address, or a <c>data:image/</c> URL.</param>
/// <param name="detail"><c>auto</c>, <c>low</c> or <c>high</c>; null where the request does not say.</param>
internal sealed class ImagePart(string url, string? detail) : AIContent
{
    public string Url => url;

    public string? Detail => detail;
}
