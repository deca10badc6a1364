using Cremona.Cli.CommandLine;
using Cremona.Server.Edge.Keys;

namespace Cremona.Cli.Doctor;

/// <summary>Looks at the store and the models through the server's own services, with the server's own settings.</summary>
internal static class StoreChecks
{
    /// <summary>Opens the store as a server would, schema included, and reads from it.</summary>
    public static async Task<IReadOnlyList<Finding>> RunAsync(
        IEnumerable<string> serverArguments, CancellationToken cancellationToken)
    {
        List<Finding> findings = [];
        StoreSession session;
        try
        {
            session = await StoreSession.OpenAsync(serverArguments, cancellationToken);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            return [new Finding("store", false, $"{fault.Message}; see section Storage of docs/reference/configuration.md")];
        }

        await using (session)
        {
            IReadOnlyList<AccessKey> keys = await session.Get<KeyStore>().ListAsync(cancellationToken);
            findings.Add(new Finding("store", true, $"reachable; {keys.Count(key => key.RevokedAtMs == 0)} valid keys"));
        }

        return findings;
    }
}
