using Microsoft.Extensions.Options;

namespace Cremona.Server.Models;

/// <inheritdoc cref="IModelCatalog"/>
public sealed class ModelCatalog : IModelCatalog
{
    private const string TunedPrefix = "ft:";

    private readonly Dictionary<string, BaseModel> _byName;
    private readonly ITunedModelStore _tuned;

    public ModelCatalog(IOptions<ModelsOptions> options, ITunedModelStore tuned)
    {
        _tuned = tuned;
        BaseModels = [.. options.Value.Entries.Select(pair => ToModel(pair.Key, pair.Value))];
        _byName = BaseModels.SelectMany(model => model.Aliases.Append(model.Id), (model, name) => (model, name))
            .ToDictionary(pair => pair.name, pair => pair.model, StringComparer.Ordinal);
    }

    public IReadOnlyList<BaseModel> BaseModels { get; }

    public BaseModel? FindBase(string name) => _byName.GetValueOrDefault(name);

    public async Task<ServedModel?> FindAsync(string groupId, string name, CancellationToken cancellationToken)
    {
        if (FindBase(name) is { } model)
        {
            return new ServedModel(name, model, null);
        }

        if (!name.StartsWith(TunedPrefix, StringComparison.Ordinal)
            || name.Any(char.IsControl)
            || await _tuned.FindAsync(groupId, name, cancellationToken) is not { } tuned)
        {
            return null;
        }

        // The alias may have moved to another model since the job; the adapter fits the one it was trained on.
        return _byName.TryGetValue(tuned.BaseModelId, out BaseModel? trainedOn)
            ? new ServedModel(name, trainedOn, tuned)
            : null;
    }

    private static BaseModel ToModel(string id, ModelEntry entry) => new(
        id,
        entry.Folder.Length > 0 ? Path.GetFullPath(entry.Folder, AppContext.BaseDirectory) : null,
        [.. entry.Aliases.Distinct().Where(alias => alias != id)],
        entry.Weights,
        entry.Upstream is not null);
}
