using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Cremona.Server.Edge.Keys;

/// <summary>Decides whether any key opens the door: only while no key was ever made, no JWT key is configured, and
/// nobody but this machine can reach the listener.</summary>
public sealed class OpenMode(IServer server, KeyStore keys, JwtKeys jwtKeys)
{
    private volatile bool _closed;

    public bool IsLoopbackOnly =>
        Addresses.Count > 0 && Addresses.All(address => IsLoopback(BindingAddress.Parse(address).Host));

    private ICollection<string> Addresses => server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];

    public async Task<bool> IsOpenAsync(CancellationToken cancellationToken)
    {
        if (_closed || jwtKeys.IsConfigured || !IsLoopbackOnly)
        {
            return false;
        }

        // Once closed it stays closed: keys are never unmade. While open, a key made by another process must close it
        // at once.
        _closed = await keys.AnyAsync(cancellationToken);
        return !_closed;
    }

    /// <summary>Whether a host can only be this machine: a page of the web whose name leads here is not.</summary>
    public static bool IsLoopback(string host) => host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? ip) && IPAddress.IsLoopback(ip));
}
