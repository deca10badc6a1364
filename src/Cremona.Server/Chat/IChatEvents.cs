using Cremona.Protocol.Errors;

namespace Cremona.Server.Chat;

/// <summary>Writes the events of one stream; each element is what stands behind <c>data: </c> in one event.</summary>
internal interface IChatEvents
{
    /// <summary>A piece of an answer, or its end; it may be held back until the next call.</summary>
    IEnumerable<byte[]> Continue(ChatPiece piece);

    /// <summary>Everything that ends the stream, once every answer has ended.</summary>
    /// <param name="answers">By index.</param>
    IEnumerable<byte[]> End(IReadOnlyList<ChatAnswer> answers);

    /// <summary>Ends the stream in an error, behind what was held back.</summary>
    IEnumerable<byte[]> Fail(ApiError error, string text);
}
