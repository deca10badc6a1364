using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Cremona.Protocol.Errors;
using Cremona.Server.Edge;
using Cremona.Server.Storage;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;

namespace Cremona.Server.Files;

/// <summary>Signed links to one file, readable without a key until they expire. The signing key lies in the store, so
/// every process of one store honours the links of the others.</summary>
public sealed class DownloadLinks(
    SecretStore secrets, IOptions<FilesOptions> options, IOptions<EdgeOptions> edge, TimeProvider clock)
{
    public const string Path = "/v1/files/download";

    private const string SecretName = "download-links";

    private byte[]? _secret;

    /// <summary>An absolute link on <see cref="EdgeOptions.PublicUrl"/>, else on the host of the request.</summary>
    public async Task<string> CreateAsync(StoredFile file, HttpRequest request, CancellationToken cancellationToken)
    {
        long expires = clock.GetUtcNow().ToUnixTimeSeconds() + options.Value.LinkSeconds;
        string signature = await SignAsync(file.GroupId, file.Id, expires, cancellationToken);
        string origin = edge.Value.PublicUrl.Length > 0 ? edge.Value.PublicUrl : $"{request.Scheme}://{request.Host}";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{origin}{Path}?file_id={file.Id}&owner={file.GroupId}&expires={expires}&signature={signature}");
    }

    /// <exception cref="ApiException">1004: the link was altered or has expired.</exception>
    public async Task CheckAsync(
        string groupId, long fileId, long expires, string signature, CancellationToken cancellationToken)
    {
        string right = await SignAsync(groupId, fileId, expires, cancellationToken);
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(signature), Encoding.UTF8.GetBytes(right)))
        {
            throw new ApiException(ApiError.Unauthorized, "download link is not valid");
        }

        if (expires < clock.GetUtcNow().ToUnixTimeSeconds())
        {
            throw new ApiException(ApiError.Unauthorized, "download link has expired");
        }
    }

    private async Task<string> SignAsync(
        string groupId, long fileId, long expires, CancellationToken cancellationToken)
    {
        _secret ??= await secrets.GetAsync(SecretName, cancellationToken);
        string text = string.Create(CultureInfo.InvariantCulture, $"{groupId}\n{fileId}\n{expires}");
        return WebEncoders.Base64UrlEncode(HMACSHA256.HashData(_secret, Encoding.UTF8.GetBytes(text)));
    }
}
