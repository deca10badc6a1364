using Cremona.Cli.CommandLine;
using Cremona.Inference.Checkpoints;
using Cremona.Server.Edge.Keys;
using Cremona.Server.Models;
using Microsoft.Extensions.Options;

namespace Cremona.Cli.Doctor;

/// <summary>Looks at the store and the models through the server's own services, with the server's own
/// settings.</summary>
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
        catch (OptionsValidationException fault)
        {
            return [new Finding("settings", false, fault.Message)];
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            return [new Finding("store", false, $"{fault.Message}; see section Storage of docs/reference/configuration.md")];
        }

        await using (session)
        {
            findings.Add(new Finding("settings", true, "all known and in range"));
            IReadOnlyList<AccessKey> keys = await session.Get<KeyStore>().ListAsync(cancellationToken);
            findings.Add(new Finding("store", true, $"reachable; {keys.Count(key => key.RevokedAtMs == 0)} valid keys"));
            findings.AddRange(session.Get<IModelCatalog>().BaseModels.Select(
                model => Read(model, session.Get<IModelReader>())));
        }

        return findings;
    }

    private static Finding Read(BaseModel model, IModelReader reader)
    {
        string name = $"model {model.Id}";
        if (model.Folder is null)
        {
            return new Finding(name, true, "another server runs it; what it needs is looked at when it is called");
        }

        try
        {
            LanguageModel loaded = reader.ReadModel(model.Folder);
            return new Finding(name, true, $"readable, context of {loaded.Config.ContextLength} tokens, in {model.Folder}");
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return new Finding(name, false, $"{fault.Message}; mend the folder, or change Models:Entries:{model.Id}");
        }
    }
}
