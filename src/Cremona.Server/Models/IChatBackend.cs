using Cremona.Server.Edge;
using Microsoft.Extensions.AI;

namespace Cremona.Server.Models;

/// <summary>Where the answers of one served model come from.</summary>
internal interface IChatBackend
{
    /// <summary>Tokens of input and output together.</summary>
    int ContextTokens { get; }

    /// <summary>Makes the settings hold an answer to a form.</summary>
    /// <returns>False when nobody behind this model can hold an answer to it.</returns>
    /// <exception cref="Inference.Grammar.GrammarException">The form is malformed, not supported, or exceeds a
    /// limit.</exception>
    Task<bool> HoldAsync(EngineChatOptions settings, GrammarSource form, CancellationToken cancellationToken);

    /// <summary>The client that answers; its updates are those of <see cref="EngineChatClient"/>.</summary>
    /// <exception cref="ApiException">1013: what it needs cannot be loaded.</exception>
    Task<IChatClient> CreateClientAsync(CancellationToken cancellationToken);
}
