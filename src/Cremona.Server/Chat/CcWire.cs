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

    public string Operation => "chatcompletion";

    public bool LeavesErrorsToTheDoor => false;

    public bool AllowsComments => false;

    public ChatRequest Read(RequestParameters parameters)
    {
        string model = parameters.GetString("model");
        IReadOnlyList<RequestParameters> messages = ChatFields.GetMessages(parameters, options.MessagesMax);
        ChatFields.Refuse(parameters, "knowledge_base_param", "with_emotion");
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

    /// <summary>Choices carry <c>logprobes</c> only where there is something to rank.</summary>
    public byte[] WriteAnswer(ChatHeading heading, ChatRequest request, IReadOnlyList<ChatAnswer> answers) =>
        Whole(heading, answers, (answer, rank) =>
            new CcChoice(answer.Text, rank, LogProbes(answer, answers.Count), answer.FinishReason));

    public byte[] WriteError(ChatHeading heading, ApiError error, string text) => JsonSerializer.SerializeToUtf8Bytes(
        new ChatErrorResponse(heading.Model, new BaseResponse((int)error, text)), ChatJson.Wire.ChatErrorResponse);

    public IChatEvents OpenStream(ChatHeading heading, ChatRequest request) =>
        new Events(heading, isBeam: request.AnswerCount > 1);

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

    private static double? LogProbes(ChatAnswer answer, int answerCount) =>
        answerCount > 1 ? answer.MeanLogProbability : null;

    /// <summary>Each beam counts as long as the longest.</summary>
    private static byte[] Whole(
        ChatHeading heading, IReadOnlyList<ChatAnswer> answers, Func<ChatAnswer, int, CcChoice> toChoice)
    {
        var sensitivity = ChatSensitivity.Of(answers);
        return JsonSerializer.SerializeToUtf8Bytes(
            new CcResponse
            {
                Created = heading.Created,
                Model = heading.Model,
                Reply = answers.MaxBy(answer => answer.MeanLogProbability)!.Text,
                Choices = [.. answers.Select(toChoice)],
                Usage = new ChatUsage(
                    answers[0].PromptTokens + (answers.Max(answer => answer.OutputTokens) * answers.Count)
                    + answers.Sum(answer => answer.DiscardedTokens)),
                InputSensitive = sensitivity.IsInput,
                OutputSensitive = sensitivity.IsOutput,
                InputSensitiveType = sensitivity.IsInput ? sensitivity.InputType : null,
                OutputSensitiveType = sensitivity.IsOutput ? sensitivity.OutputType : null,
                Id = heading.Id,
                BaseResponse = BaseResponse.Success,
            },
            ChatJson.Wire.CcResponse);
    }

    /// <summary>The documented increments have no index; those of several beams need one, and their last event has a
    /// choice for each beam, by index, and the best one's text.</summary>
    private sealed class Events(ChatHeading heading, bool isBeam) : IChatEvents
    {
        public IEnumerable<byte[]> Continue(ChatPiece piece)
        {
            if (piece.Answer is not null)
            {
                yield break;
            }

            yield return JsonSerializer.SerializeToUtf8Bytes(
                new CcResponse
                {
                    Created = heading.Created,
                    Model = heading.Model,
                    Reply = "",
                    Choices = [new CcChoice(Index: isBeam ? piece.Index : null, Delta: piece.Delta)],
                },
                ChatJson.Wire.CcResponse);
        }

        public IEnumerable<byte[]> End(IReadOnlyList<ChatAnswer> answers)
        {
            yield return Whole(heading, answers, (answer, index) => new CcChoice(
                Index: index, LogProbes: LogProbes(answer, answers.Count), FinishReason: answer.FinishReason, Delta: ""));
        }

        public IEnumerable<byte[]> Fail(ApiError error, string text) =>
        [
            JsonSerializer.SerializeToUtf8Bytes(
                new CcResponse
                {
                    Created = heading.Created,
                    Model = heading.Model,
                    Reply = "",
                    Choices = [new CcChoice(Index: 0, FinishReason: "stop", Delta: "")],
                    BaseResponse = new BaseResponse((int)error, text),
                },
                ChatJson.Wire.CcResponse),
        ];
    }
}
