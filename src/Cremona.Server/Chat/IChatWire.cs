using Cremona.Protocol.Errors;
using Cremona.Server.Edge;
using Cremona.Server.Models;

namespace Cremona.Server.Chat;

/// <summary>The words of one chat interface. Pure: nothing but mapping between the wire and the domain. Texts are
/// UTF-8.</summary>
internal interface IChatWire
{
    ChatSurfaces Surface { get; }

    /// <summary>The name under which its calls are limited and told in the ledger.</summary>
    string Operation { get; }

    /// <summary>Errors before the first byte are the door's to answer: OpenAI's error object with a real HTTP
    /// status.</summary>
    bool LeavesErrorsToTheDoor { get; }

    /// <summary>Its clients skip comment lines in a stream, so a heartbeat may be sent.</summary>
    bool AllowsComments { get; }

    /// <exception cref="ApiException">2013 with the documented text when a field is missing, malformed or not
    /// offered.</exception>
    ChatRequest Read(RequestParameters parameters);

    /// <param name="heading">Of this request.</param>
    /// <param name="request">As read.</param>
    /// <param name="answers">At least one, best first.</param>
    byte[] WriteAnswer(ChatHeading heading, ChatRequest request, IReadOnlyList<ChatAnswer> answers);

    /// <summary>The body of an error before the first byte of an answer.</summary>
    byte[] WriteError(ChatHeading heading, ApiError error, string text);

    /// <summary>The events of one stream, in order; for one stream only.</summary>
    IChatEvents OpenStream(ChatHeading heading, ChatRequest request);
}
