using System.Text.Json;
using Cremona.Protocol.Chat;
using Cremona.Protocol.Envelope;
using Cremona.Protocol.Errors;
using Cremona.Server.Edge;

namespace Cremona.Server.Chat;

/// <summary>A stream of chatcompletion_v2. The last piece of an answer's text carries the finish reason, so one piece
/// of each answer is always held back until it is known whether another follows.</summary>
internal sealed class V2Events(ChatHeading heading, V2AnswerForm form) : IChatEvents
{
    private readonly Dictionary<int, ChatPiece> _held = [];

    public IEnumerable<byte[]> Continue(ChatPiece piece)
    {
        if (piece.Call is not null && !form.StreamsCalls)
        {
            yield break;
        }

        bool hasHeld = _held.Remove(piece.Index, out ChatPiece held);
        if (piece.Answer is { Calls.Count: > 0 } caller && !form.StreamsCalls)
        {
            if (hasHeld)
            {
                yield return Chunk(null, held);
            }

            var calls = new V2Message(null, ToolCalls: V2Wire.ToCalls(caller));
            yield return Chunk(
                [new V2Choice(V2Wire.FinishReason(caller, form), piece.Index, Delta: calls)], V2Wire.Success, null,
                caller.Sensitivity);
            yield break;
        }

        if (piece.Answer is { } answer)
        {
            yield return Chunk(V2Wire.FinishReason(answer, form), hasHeld ? held : piece, answer);
            yield break;
        }

        _held[piece.Index] = piece;
        if (hasHeld)
        {
            yield return Chunk(null, held);
        }
    }

    public IEnumerable<byte[]> End(IReadOnlyList<ChatAnswer> answers)
    {
        if (form.SendsSummary)
        {
            yield return V2Wire.WriteWhole(heading, answers, form);
        }

        if (form.IncludesUsage)
        {
            yield return Chunk([], V2Wire.Success, V2Wire.Usage(answers, form.TellsCachedTokens));
        }

        if (form.SendsDone)
        {
            yield return "[DONE]"u8.ToArray();
        }
    }

    public IEnumerable<byte[]> Fail(ApiError error, string text)
    {
        foreach ((_, ChatPiece held) in _held)
        {
            yield return Chunk(null, held);
        }

        _held.Clear();
        yield return Fault(error, text);
    }

    private byte[] Fault(ApiError error, string text)
    {
        var baseResponse = new BaseResponse((int)error, text);
        if (!form.HasOpenAIErrors)
        {
            return Chunk([new V2Choice("stop", 0, Delta: new V2Message(""))], baseResponse, null);
        }

        ApiErrorEntry entry = ApiErrorCatalogue.Find(error);
        return JsonSerializer.SerializeToUtf8Bytes(
            new V2ErrorChunk("error", OpenAIErrors.Describe(entry, text, entry.HttpStatus), heading.Id, baseResponse),
            ChatJson.Wire.V2ErrorChunk);
    }

    /// <param name="finishReason">Null before the end.</param>
    /// <param name="piece">The increment.</param>
    /// <param name="answer">The whole answer, when this is its end.</param>
    private byte[] Chunk(string? finishReason, ChatPiece piece, ChatAnswer? answer = null)
    {
        V2Message delta = Delta(piece);
        var choice = new V2Choice(
            finishReason, piece.Index,
            Delta: answer is null ? delta : delta with { Annotations = V2Wire.Citations(answer, form) },
            LogProbabilities: form.TellsLogProbabilities ? V2Wire.ToLogProbabilities(piece.LogProbabilities) : null);
        return Chunk([choice], V2Wire.Success, null, answer?.Sensitivity ?? default);
    }

    private static V2Message Delta(ChatPiece piece) => piece.Call is { } call
        ? new V2Message(null, ToolCalls: [V2Wire.ToCall(call, call.Index)])
        : new V2Message(piece.Delta);

    private byte[] Chunk(
        IReadOnlyList<V2Choice> choices, BaseResponse baseResponse, V2Usage? usage,
        ChatSensitivity sensitivity = default) => form.IncludesUsage
        ? JsonSerializer.SerializeToUtf8Bytes(
            new V2UsageChunk
            {
                Id = heading.Id,
                Choices = choices,
                Created = heading.Created,
                Model = heading.Model,
                OutputSensitive = sensitivity.IsOutput,
                InputSensitiveType = sensitivity.InputType,
                OutputSensitiveType = sensitivity.OutputType,
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
                OutputSensitive = sensitivity.IsOutput,
                InputSensitiveType = sensitivity.InputType,
                OutputSensitiveType = sensitivity.OutputType,
                BaseResponse = baseResponse,
            },
            ChatJson.Wire.V2Chunk);
}
