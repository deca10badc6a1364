using System.Text.Json;
using Cremona.Inference.Templates;
using Cremona.Protocol.Chat;
using Cremona.Protocol.Envelope;
using Cremona.Protocol.Errors;
using Cremona.Server.Edge;
using Cremona.Server.Models;

namespace Cremona.Server.Chat;

/// <summary>The words of <c>/v1/text/chatcompletion</c>: a prompt and two sides.</summary>
internal sealed class CcWire(ChatOptions options) : IChatWire
{
    public ChatSurfaces Surface => ChatSurfaces.Completion;

    public bool LeavesErrorsToTheDoor => false;

    public ChatRequest Read(RequestParameters parameters)
    {
        string model = parameters.GetString("model");
        IReadOnlyList<RequestParameters> messages = ChatFields.GetMessages(parameters, options.MessagesMax);
        ChatFields.Refuse(parameters, "", "knowledge_base_param", "with_emotion");
        bool continues = parameters.FindBoolean("continue_last_message") ?? false;
        PersonaDialogue dialogue = ReadDialogue(parameters, messages);
        return new ChatRequest
        {
            Model = model,
            Turns = dialogue.ToTurns(),
            Ending = continues ? ChatEnding.ContinueLast : ChatEnding.OpenAssistant,
            ContinuesLastMessage = continues,
            OutputTokens = new NamedLimit("tokens_to_generate", parameters.FindInteger("tokens_to_generate")),
            Answers = new NamedLimit("beam_width", parameters.FindInteger("beam_width")),
            Temperature = parameters.FindNumber("temperature"),
            TopP = parameters.FindNumber("top_p"),
            Seed = parameters.FindIntegerOrZero("seed"),
            MasksSensitiveText = !(parameters.FindBoolean("skip_info_mask") ?? false),
            IsStream = parameters.FindBoolean("stream") ?? false,
            UsesShortSeparator = !(parameters.FindBoolean("use_standard_sse") ?? false),
        };
    }

    /// <summary>Choices carry <c>logprobes</c> only where there is something to rank; a beam counts as long as the
    /// longest.</summary>
    public byte[] WriteAnswer(ChatHeading heading, ChatRequest request, IReadOnlyList<ChatAnswer> answers) =>
        JsonSerializer.SerializeToUtf8Bytes(
            Ended(
                heading,
                [
                    .. answers.Select((answer, rank) => new CcChoice(
                        answer.Text, rank, answers.Count > 1 ? answer.MeanLogProbability : null, answer.FinishReason)),
                ],
                answers),
            ChatJson.Wire.CcResponse);

    public byte[] WriteError(ChatHeading heading, ApiError error, string text) => JsonSerializer.SerializeToUtf8Bytes(
        new ChatErrorResponse(heading.Model, new BaseResponse((int)error, text)), ChatJson.Wire.ChatErrorResponse);

    public IChatEvents OpenStream(ChatHeading heading, ChatRequest request) => new Events(heading);

    private PersonaDialogue ReadDialogue(RequestParameters parameters, IReadOnlyList<RequestParameters> messages)
    {
        if (parameters.FindElement("prompt") is { ValueKind: JsonValueKind.String } given && given.GetString()!.Length == 0)
        {
            throw ApiException.InvalidParameters("prompt can not be empty");
        }

        string? prompt = parameters.FindString("prompt");
        RequestParameters roles = parameters.GetObject("role_meta");
        return PersonaDialogue.FromPrompt(
            prompt ?? options.DefaultPersona,
            roles.FindString("bot_name") ?? (prompt is null ? options.DefaultBotName : null),
            roles.FindString("user_name"),
            messages.Select(ReadMessage));
    }

    private static PersonaMessage ReadMessage(RequestParameters message, int index)
    {
        string senderType = message.FindString("sender_type") ?? throw ApiException.Missing($"messages[{index}].sender_type");
        PersonaSender sender = senderType switch
        {
            "USER" => PersonaSender.User,
            "BOT" => PersonaSender.Bot,
            _ => throw ApiException.InvalidParameters($"messages[{index}].sender_type must be USER or BOT"),
        };
        return new PersonaMessage(sender, null, message.FindString("text") ?? throw ChatFields.ContentIsEmpty());
    }

    private static CcResponse Ended(
        ChatHeading heading, IReadOnlyList<CcChoice> choices, IReadOnlyList<ChatAnswer> answers)
    {
        long outputTokens = answers.Max(answer => answer.OutputTokens) * answers.Count;
        return new CcResponse
        {
            Created = heading.Created,
            Model = heading.Model,
            Reply = answers[0].Text,
            Choices = choices,
            Usage = new ChatUsage(answers[0].PromptTokens + outputTokens),
            InputSensitive = false,
            OutputSensitive = false,
            Id = heading.Id,
            BaseResponse = BaseResponse.Success,
        };
    }

    private sealed class Events(ChatHeading heading) : IChatEvents
    {
        public IEnumerable<byte[]> Continue(string delta)
        {
            yield return JsonSerializer.SerializeToUtf8Bytes(
                new CcResponse
                {
                    Created = heading.Created,
                    Model = heading.Model,
                    Reply = "",
                    Choices = [new CcChoice(Delta: delta)],
                },
                ChatJson.Wire.CcResponse);
        }

        public IEnumerable<byte[]> End(ChatAnswer answer)
        {
            var choice = new CcChoice(Index: 0, FinishReason: answer.FinishReason, Delta: "");
            CcResponse last = Ended(heading, [choice], [answer]);
            yield return JsonSerializer.SerializeToUtf8Bytes(last, ChatJson.Wire.CcResponse);
        }

        public byte[] Fail(ApiError error, string text) => JsonSerializer.SerializeToUtf8Bytes(
            new CcResponse
            {
                Created = heading.Created,
                Model = heading.Model,
                Reply = "",
                Choices = [new CcChoice(Index: 0, FinishReason: "stop", Delta: "")],
                BaseResponse = new BaseResponse((int)error, text),
            },
            ChatJson.Wire.CcResponse);
    }
}
