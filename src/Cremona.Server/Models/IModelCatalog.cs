namespace Cremona.Server.Models;

/// <summary>Resolves model names of the wire: aliases, base models and a group's tuned models.</summary>
public interface IModelCatalog
{
    IReadOnlyList<BaseModel> BaseModels { get; }

    /// <summary>The base model behind a name or alias, or null.</summary>
    BaseModel? FindBase(string name);

    /// <summary>What the name means for this group, or null when it means nothing.</summary>
    Task<ServedModel?> FindAsync(string groupId, string name, CancellationToken cancellationToken);
}
