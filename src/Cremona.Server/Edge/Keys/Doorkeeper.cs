using Cremona.Protocol.Errors;
using Microsoft.Extensions.Options;

namespace Cremona.Server.Edge.Keys;

/// <summary>Maps the key and GroupId of a request to exactly one group.</summary>
public sealed class Doorkeeper(KeyStore keys, JwtKeys jwtKeys, OpenMode openMode, IOptions<EdgeOptions> options)
{
    /// <exception cref="ApiException">1004: no key, an unknown key, or another group's GroupId.</exception>
    public async Task<Caller> AdmitAsync(HttpContext context, string traceId)
    {
        CancellationToken cancellationToken = context.RequestAborted;
        string key = AuthorizationHeader.FindKey(context.Request.Headers.Authorization)
            ?? throw new ApiException(ApiError.Unauthorized, ApiErrorCatalogue.Find(ApiError.Unauthorized).DefaultText);
        string? askedGroup = GroupParameter.Find(context.Request.QueryString);

        AccessKey? found = await keys.FindAsync(key, cancellationToken) ?? await jwtKeys.FindAsync(key);
        if (found is null)
        {
            return await openMode.IsOpenAsync(cancellationToken)
                ? new Caller(askedGroup ?? options.Value.OpenModeGroup, traceId, null, null)
                : throw UnknownKey();
        }

        if (askedGroup is not null && askedGroup != found.GroupId)
        {
            throw new ApiException(ApiError.Unauthorized, "token not match group");
        }

        return new Caller(found.GroupId, traceId, found.Name, found.Id);
    }

    private ApiException UnknownKey() => options.Value.UseInvalidApiKeyCode
        ? new ApiException(ApiError.InvalidApiKey, ApiErrorCatalogue.Find(ApiError.InvalidApiKey).DefaultText)
        : new ApiException(ApiError.Unauthorized, "token is unusable");
}
