using Cremona.Server.Models.Upstream;

namespace Cremona.Server.Models;

/// <summary>Takes away tuned models: first nobody can call one, then it leaves memory here and on other servers, then
/// its files go, then its row. A crash, a fault, or a server that does not answer, leaves a mark to go on
/// from.</summary>
internal sealed class TunedModelRemoval(
    ITunedModelStore models, IModelHost host, UpstreamPools pools, TimeProvider clock, ILogger<TunedModelRemoval> log)
{
    /// <summary>A server that takes longer is asked again by the next sweep.</summary>
    private static readonly TimeSpan UnloadMax = TimeSpan.FromSeconds(5);

    /// <summary>Removes the model for everybody. False when there was nothing to delete.</summary>
    /// <param name="groupId">Whose model.</param>
    /// <param name="id">Of the model.</param>
    /// <param name="cancellationToken">Stops before the model is marked; what follows goes on.</param>
    public async Task<bool> DeleteAsync(string groupId, string id, CancellationToken cancellationToken)
    {
        TunedModel? model = await models.FindAsync(groupId, id, cancellationToken);
        if (model is null || !await models.MarkDeletedAsync(groupId, id, cancellationToken))
        {
            return false;
        }

        await RemoveAsync(model, CancellationToken.None);
        return true;
    }

    /// <summary>Goes on with all models whose removal was begun; one that fails does not keep the others.</summary>
    public async Task RemoveMarkedAsync(CancellationToken cancellationToken)
    {
        foreach (TunedModel model in await models.ListMarkedAsync(cancellationToken))
        {
            await RemoveAsync(model, cancellationToken);
        }
    }

    private async Task RemoveAsync(TunedModel model, CancellationToken cancellationToken)
    {
        try
        {
            host.DropAdapter(model.Id);
            bool isFreed = await UnloadAsync(model, cancellationToken);
            await models.FreeAsync(model, CancellationToken.None);
            if (isFreed)
            {
                await models.ForgetAsync(model, CancellationToken.None);
            }
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            log.RemovalFailed(fault, model.Id);
        }
    }

    /// <summary>False: another server did not free it, or not in time.</summary>
    private async Task<bool> UnloadAsync(TunedModel model, CancellationToken cancellationToken)
    {
        if (pools.Find(model.BaseModelId) is not { LoadsAdapters: true } pool)
        {
            return true;
        }

        using var late = new CancellationTokenSource(UnloadMax, clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return await pool.UnloadAsync(model.Id, stop.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
