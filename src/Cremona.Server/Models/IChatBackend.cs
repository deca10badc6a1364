using Cremona.Server.Edge;
using Microsoft.Extensions.AI;

namespace Cremona.Server.Models;

/// <summary>Where the answers of one served model come from.</summary>
internal interface IChatBackend
{
    /// <summary>Tokens of input and output together.</summary>
    int ContextTokens { get; }

    /// <summary>Its dialogues may have calls of functions and their results.</summary>
    bool KnowsTools { get; }

    /// <summary>Its dialogues may have an <see cref="ImagePart"/>.</summary>
    bool ReadsImages { get; }

    /// <summary>Makes the settings hold an answer to a form.</summary>
    /// <returns>False when nobody behind this model can hold an answer to it.</returns>
    /// <exception cref="Inference.Grammar.GrammarException">The form is malformed, not supported, or exceeds a
    /// limit.</exception>
    Task<bool> HoldAsync(EngineChatOptions settings, GrammarSource form, CancellationToken cancellationToken);

    /// <summary>Makes the settings offer functions to the model, and hold its calls to their schemas. Only where
    /// <see cref="KnowsTools"/>.</summary>
    /// <exception cref="Inference.Grammar.GrammarException">A schema is malformed, not supported, or exceeds a
    /// limit.</exception>
    Task OfferAsync(EngineChatOptions settings, ToolOffer offer, CancellationToken cancellationToken);

    /// <summary>The client that answers, to be disposed when it has. Its updates are those of
    /// <see cref="EngineChatClient"/>: calls come as <see cref="FunctionCallPiece"/>.</summary>
    /// <exception cref="ApiException">1013: what it needs cannot be loaded.</exception>
    Task<IChatClient> CreateClientAsync(CancellationToken cancellationToken);
}
