using Cremona.Protocol.Envelope;
using Cremona.Protocol.Models;
using Cremona.Server.Edge;

namespace Cremona.Server.Models;

/// <summary>Which models a caller may name.</summary>
public static class ModelsEndpoints
{
    private const string OwnedByServer = "cremona";

    public static RouteGroupBuilder MapModels(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup("/v1").OpenAIShaped();
        group.MapGet("/models", ListAsync).WithName("list_models").WithSummary("Models, aliases and the group's tuned models");
        return group;
    }

    private static async Task<ModelListResponse> ListAsync(
        Caller caller, IModelCatalog catalog, ITunedModelStore tuned, CancellationToken cancellationToken)
    {
        IEnumerable<ModelObject> own =
            from model in catalog.BaseModels
            let created = CreatedAt(model)
            from name in model.Aliases.Prepend(model.Id)
            select new ModelObject(name, "model", created, OwnedByServer);
        IEnumerable<ModelObject> groups =
            from model in await tuned.ListAsync(caller.GroupId, cancellationToken)
            where catalog.FindBase(model.BaseModelId) is not null
            select new ModelObject(model.Id, "model", model.CreatedAtMs / 1000, model.GroupId);
        return new ModelListResponse("list", [.. own, .. groups], BaseResponse.Success);
    }

    /// <summary>A model has no birthday but that of its files; one whose folder is missing or elsewhere has
    /// none.</summary>
    private static long CreatedAt(BaseModel model)
    {
        if (model.Folder is null)
        {
            return 0;
        }

        var config = new FileInfo(
            File.Exists(model.Folder) ? model.Folder : Path.Combine(model.Folder, "config.json"));
        return config.Exists ? new DateTimeOffset(config.LastWriteTimeUtc).ToUnixTimeSeconds() : 0;
    }
}
