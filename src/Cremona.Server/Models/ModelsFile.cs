using System.Text.Json;
using System.Text.Json.Nodes;
using Cremona.Protocol.Envelope;
using Cremona.Server.Storage;

namespace Cremona.Server.Models;

/// <summary><c>models.json</c> in the data folder: the models that were added there, as a settings file that the server
/// reads when it starts.</summary>
/// <param name="folder">The data folder.</param>
public sealed class ModelsFile(DataFolder folder)
{
    private static readonly JsonSerializerOptions Indented = new(WireJson.CreateOptions()) { WriteIndented = true };

    public string Location { get; } = Path.Combine(folder.Root, "models.json");

    /// <summary>Adds the entry, or replaces the one of the same id.</summary>
    /// <exception cref="InvalidDataException">The file is there but no JSON object.</exception>
    public async Task AddAsync(string id, ModelEntry entry, CancellationToken cancellationToken)
    {
        JsonObject root = await ReadAsync(cancellationToken);
        JsonObject entries = GetOrAdd(GetOrAdd(root, ModelsOptions.Section), nameof(ModelsOptions.Entries));
        JsonObject written = new()
        {
            [nameof(ModelEntry.Folder)] = Path.GetFullPath(entry.Folder),
            [nameof(ModelEntry.Aliases)] = new JsonArray([.. entry.Aliases.Select(alias => JsonValue.Create(alias))]),
        };
        if (entry.Weights is { } weights) written[nameof(ModelEntry.Weights)] = weights.ToString();
        entries[id] = written;

        Directory.CreateDirectory(folder.Root);
        string unfinished = Location + ".new";
        await File.WriteAllTextAsync(unfinished, root.ToJsonString(Indented) + "\n", cancellationToken);
        File.Move(unfinished, Location, overwrite: true);
    }

    private async Task<JsonObject> ReadAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(Location))
        {
            return [];
        }

        try
        {
            JsonNode? root = JsonNode.Parse(await File.ReadAllTextAsync(Location, cancellationToken));
            return root as JsonObject ?? throw new InvalidDataException($"{Location} holds no JSON object");
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"{Location} is no JSON: {fault.Message}", fault);
        }
    }

    private static JsonObject GetOrAdd(JsonObject parent, string name)
    {
        if (parent[name] is JsonObject child)
        {
            return child;
        }

        parent[name] = child = [];
        return child;
    }
}
