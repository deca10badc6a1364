using System.Text.Json;
using Cremona.Protocol.Chat;
using Cremona.Protocol.Envelope;
using Cremona.Protocol.Errors;
using Cremona.Server.Edge;

namespace Cremona.Server.Chat;

/// <summary>A stream of chatcompletion_v2. The last piece of text carries the finish reason, so one piece is always
/// held back until it is known whether another follows.</summary>
internal sealed class V2Events(ChatHeading heading, V2StreamForm form) : IChatEvents
{
    private string? _held;

    public IEnumerable<byte[]> Continue(string delta)
    {
        string? ready = _held;
        _held = delta;
        return ready is null ? [] : [Chunk(null, ready)];
    }

    public IEnumerable<byte[]> End(ChatAnswer answer)
    {
        yield return Chunk(V2Wire.FinishReason(answer), _held ?? "");
        if (form.SendsSummary)
        {
            yield return V2Wire.WriteWhole(heading, [answer]);
        }

        if (form.IncludesUsage)
        {
            yield return Chunk([], V2Wire.Success, V2Wire.Usage([answer]));
        }

        if (form.SendsDone)
        {
            yield return "[DONE]"u8.ToArray();
        }
    }

    public byte[] Fail(ApiError error, string text)
    {
        var baseResponse = new BaseResponse((int)error, text);
        if (!form.HasOpenAIErrors)
        {
            return Chunk([Choice("stop", "")], baseResponse, null);
        }

        ApiErrorEntry entry = ApiErrorCatalogue.Find(error);
        return JsonSerializer.SerializeToUtf8Bytes(
            new V2ErrorChunk("error", OpenAIErrors.Describe(entry, text, entry.HttpStatus), heading.Id, baseResponse),
            ChatJson.Wire.V2ErrorChunk);
    }

    private static V2Choice Choice(string? finishReason, string text) =>
        new(finishReason, 0, Delta: new V2Message(text));

    private byte[] Chunk(string? finishReason, string text) =>
        Chunk([Choice(finishReason, text)], V2Wire.Success, null);

    private byte[] Chunk(
        IReadOnlyList<V2Choice> choices, BaseResponse baseResponse, V2Usage? usage) => form.IncludesUsage
        ? JsonSerializer.SerializeToUtf8Bytes(
            new V2UsageChunk
            {
                Id = heading.Id,
                Choices = choices,
                Created = heading.Created,
                Model = heading.Model,
                BaseResponse = baseResponse,
                Usage = usage,
            },
            ChatJson.Wire.V2UsageChunk)
        : JsonSerializer.SerializeToUtf8Bytes(
            new V2Chunk
            {
                Id = heading.Id,
                Choices = choices,
                Created = heading.Created,
                Model = heading.Model,
                BaseResponse = baseResponse,
            },
            ChatJson.Wire.V2Chunk);
}
