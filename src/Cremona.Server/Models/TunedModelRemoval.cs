using Cremona.Server.Models.Upstream;

namespace Cremona.Server.Models;

/// <summary>Takes away tuned models: first nobody can call one, then it leaves memory here and on other servers, then
/// its files go, then its row. A crash, or a server that does not answer, leaves a mark to go on from.</summary>
internal sealed class TunedModelRemoval(ITunedModelStore models, IModelHost host, UpstreamPools pools)
{
    /// <summary>Removes the model for everybody. False when there was nothing to delete.</summary>
    public async Task<bool> DeleteAsync(string groupId, string id, CancellationToken cancellationToken)
    {
        TunedModel? model = await models.FindAsync(groupId, id, cancellationToken);
        if (model is null || !await models.MarkDeletedAsync(groupId, id, cancellationToken))
        {
            return false;
        }

        await RemoveAsync(model, cancellationToken);
        return true;
    }

    /// <summary>Goes on with all models whose removal was begun.</summary>
    public async Task RemoveMarkedAsync(CancellationToken cancellationToken)
    {
        foreach (TunedModel model in await models.ListMarkedAsync(cancellationToken))
        {
            await RemoveAsync(model, cancellationToken);
        }
    }

    private async Task RemoveAsync(TunedModel model, CancellationToken cancellationToken)
    {
        host.DropAdapter(model.Id);
        bool isFreed = pools.Find(model.BaseModelId) is not { LoadsAdapters: true } pool
            || await pool.UnloadAsync(model.Id, cancellationToken);
        await models.FreeAsync(model, CancellationToken.None);
        if (isFreed)
        {
            await models.ForgetAsync(model, CancellationToken.None);
        }
    }
}
