using Cremona.Server.Edge;

namespace Cremona.Server.Models;

/// <summary>Gets ready what answers for a model.</summary>
internal sealed class ChatBackends(IModelHost host)
{
    /// <exception cref="ApiException">1013: the model cannot be loaded.</exception>
    public async Task<IChatBackend> OpenAsync(ServedModel served, CancellationToken cancellationToken) =>
        new LocalChatBackend(served, await host.LoadAsync(served.Base, cancellationToken), host);
}
