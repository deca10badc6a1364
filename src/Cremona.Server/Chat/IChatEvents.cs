using Cremona.Protocol.Errors;

namespace Cremona.Server.Chat;

/// <summary>Writes the events of one stream; each element is what stands behind <c>data: </c> in one event.</summary>
internal interface IChatEvents
{
    /// <summary>A piece of the answer; it may be held back until the next call.</summary>
    IEnumerable<byte[]> Continue(string delta);

    /// <summary>Everything that ends the stream.</summary>
    IEnumerable<byte[]> End(ChatAnswer answer);

    /// <summary>The one event that ends a stream in an error.</summary>
    byte[] Fail(ApiError error, string text);
}
