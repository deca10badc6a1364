using Cremona.Server.Edge;
using Cremona.Server.Models;
using Microsoft.Extensions.AI;

namespace Cremona.Server.Chat;

/// <summary>The images of a request.</summary>
/// <param name="Parts">Everything that the turns with images say, in order, by the turn's index.</param>
/// <param name="Images">All of them in order, with their fields for errors: <c>messages[0].content[1]</c>.</param>
internal sealed record ChatImages(
    IReadOnlyDictionary<int, IReadOnlyList<AIContent>> Parts, IReadOnlyList<(string Field, ImagePart Image)> Images)
{
    public static ChatImages None { get; } =
        new(new Dictionary<int, IReadOnlyList<AIContent>>(), []);

    /// <exception cref="ApiException">2013: the model reads text only, or an image is none.</exception>
    public void Require(IChatBackend backend, string model)
    {
        foreach ((string field, ImagePart image) in Images)
        {
            if (!backend.ReadsImages)
            {
                throw ApiException.InvalidParameters(
                    $"{field} is of type image_url, and model {model} reads text only; send parts of type text");
            }

            if (!IsAddress(image.Url))
            {
                throw ApiException.InvalidParameters(
                    $"{field}.image_url.url must be an http or https address or a data:image/ URL");
            }

            if (image.Detail is not (null or "auto" or "low" or "high"))
            {
                throw ApiException.InvalidParameters($"{field}.image_url.detail must be auto, low or high");
            }
        }
    }

    private static bool IsAddress(string url) =>
        url.StartsWith("data:image/", StringComparison.OrdinalIgnoreCase)
        || url.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
        || url.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
}
