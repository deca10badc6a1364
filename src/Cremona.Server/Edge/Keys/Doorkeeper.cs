using Cremona.Protocol.Errors;
using Microsoft.Extensions.Options;

namespace Cremona.Server.Edge.Keys;

/// <summary>Maps the key and GroupId of a request to exactly one group.</summary>
public sealed class Doorkeeper(KeyStore keys, JwtKeys jwtKeys, OpenMode openMode, IOptions<EdgeOptions> options)
{
    /// <exception cref="ApiException">1004: no key, an unknown key, another group's GroupId, or, in open mode, a name
    /// that is not this machine's. 2013: a GroupId that is too long, in open mode.</exception>
    public async Task<Caller> AdmitAsync(HttpContext context, string traceId)
    {
        CancellationToken cancellationToken = context.RequestAborted;
        string key = AuthorizationHeader.FindKey(context.Request.Headers.Authorization)
            ?? throw new ApiException(ApiError.Unauthorized, ApiErrorCatalogue.Find(ApiError.Unauthorized).DefaultText);
        string? askedGroup = GroupParameter.Find(context.Request.QueryString);

        AccessKey? found = await keys.FindAsync(key, cancellationToken) ?? await jwtKeys.FindAsync(key);
        if (found is null)
        {
            if (!await openMode.IsOpenAsync(cancellationToken))
            {
                throw UnknownKey();
            }

            RequireOwnName(context.Request.Host);
            if (askedGroup is not null && !GroupParameter.IsGroup(askedGroup))
            {
                throw ApiException.InvalidParameters("GroupId must be 1 to 19 digits");
            }

            return new Caller(askedGroup ?? options.Value.OpenModeGroup, traceId, null, null);
        }

        if (askedGroup is not null && askedGroup != found.GroupId)
        {
            throw new ApiException(ApiError.Unauthorized, "token not match group");
        }

        return new Caller(found.GroupId, traceId, found.Name, found.Id);
    }

    /// <summary>Only this machine reaches the listener, but a browser on it reaches it for any page of the web whose
    /// name is made to lead here; the name stays in the header. Programs that send none are no browsers.</summary>
    private void RequireOwnName(HostString host)
    {
        bool isPublic = Uri.TryCreate(options.Value.PublicUrl, UriKind.Absolute, out Uri? url)
            && url.Host.Equals(host.Host, StringComparison.OrdinalIgnoreCase);
        if (host.HasValue && !isPublic && !OpenMode.IsLoopback(host.Host))
        {
            throw new ApiException(
                ApiError.Unauthorized,
                "open mode answers only http://localhost or 127.0.0.1; make a key to use another name");
        }
    }

    private ApiException UnknownKey() => options.Value.UseInvalidApiKeyCode
        ? new ApiException(ApiError.InvalidApiKey, ApiErrorCatalogue.Find(ApiError.InvalidApiKey).DefaultText)
        : new ApiException(ApiError.Unauthorized, "token is unusable");
}
