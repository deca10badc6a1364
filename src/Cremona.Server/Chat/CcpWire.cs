using System.Text.Json;
using Cremona.Inference.Grammar.Glyph;
using Cremona.Inference.Templates;
using Cremona.Protocol.Chat;
using Cremona.Protocol.Envelope;
using Cremona.Protocol.Errors;
using Cremona.Server.Chat.WebSearch;
using Cremona.Server.Edge;
using Cremona.Server.Models;

namespace Cremona.Server.Chat;

/// <summary>The words of <c>/v1/text/chatcompletion_pro</c>: named bots and users.</summary>
internal sealed class CcpWire(ChatOptions options) : IChatWire
{
    private const string Bot = "BOT";

    private static readonly BaseResponse Success = new(0, "");

    public ChatSurfaces Surface => ChatSurfaces.Pro;

    public string Operation => "chatcompletion_pro";

    public bool LeavesErrorsToTheDoor => false;

    public bool AllowsComments => false;

    public ChatRequest Read(RequestParameters parameters)
    {
        string model = parameters.GetString("model");
        IReadOnlyList<RequestParameters> messages = ChatFields.GetMessages(parameters, options.MessagesMax);
        IReadOnlyList<PersonaBot> bots = ReadBots(parameters);
        string replyName = ReadReplyName(parameters, bots);
        ChatFields.Refuse(parameters, "knowledge_base_param");
        OutputFormat? format = OutputFormat.FindGlyph(parameters.GetObject("reply_constraints"));
        bool isStream = parameters.FindBoolean("stream") ?? false;

        IReadOnlyList<RequestParameters> samples = ChatFields.FindItems(parameters, "sample_messages");
        ChatFields.RequireCount(samples.Count + messages.Count, options.MessagesMax);
        var dialogue = new PersonaDialogue(
            bots,
            [
                .. samples.Select((sample, index) => ReadMessage(sample, $"sample_messages[{index}]", mustBeNamed: false)),
                .. messages.Select((message, index) => ReadMessage(message, $"messages[{index}]", mustBeNamed: true)),
            ]);
        (IReadOnlyList<ChatTurn> turns, ChatEnding ending) = dialogue.ToPrompt(replyName);
        bool searchesWeb = CcpFunctions.ReadPlugins(parameters);
        ToolOffer? offer = CcpFunctions.Find(
            parameters, searchesWeb ? [WebSearchPlugin.Tool] : [], ending, options.ToolsMax);
        string offerField = offer is { Tools.Count: 1 } && searchesWeb ? "plugins" : "functions";
        if (format is not null && (isStream || offer is not null))
        {
            throw ApiException.InvalidParameters(
                $"{(isStream ? "stream" : offerField)} does not go with reply_constraints.glyph; leave one of them out");
        }

        return new ChatRequest
        {
            Model = model,
            Turns = turns,
            Ending = ending,
            ReplyName = replyName,
            Format = format,
            Offer = offer,
            OfferField = offerField,
            SearchesWeb = searchesWeb,
            OutputTokens = new NamedLimit("tokens_to_generate", parameters.FindInteger("tokens_to_generate")),
            Temperature = parameters.FindNumber("temperature"),
            TopP = parameters.FindNumber("top_p"),
            Seed = parameters.FindIntegerOrZero("seed"),
            MasksSensitiveText = parameters.FindBoolean("mask_sensitive_info") ?? true,
            IsStream = isStream,
        };
    }

    public byte[] WriteAnswer(ChatHeading heading, ChatRequest request, IReadOnlyList<ChatAnswer> answers) =>
        Whole(heading, request.ReplyName, answers, ReadBlanks(request, answers[0]));

    public byte[] WriteError(ChatHeading heading, ApiError error, string text) => JsonSerializer.SerializeToUtf8Bytes(
        new ChatErrorResponse(heading.Model, new BaseResponse((int)error, text)), ChatJson.Wire.ChatErrorResponse);

    public IChatEvents OpenStream(ChatHeading heading, ChatRequest request) => new Events(heading, request.ReplyName);

    private static IReadOnlyList<PersonaBot> ReadBots(RequestParameters parameters)
    {
        IReadOnlyList<RequestParameters> settings = ChatFields.FindItems(parameters, "bot_setting");
        if (settings.Count == 0)
        {
            throw ApiException.Missing("bot_setting");
        }

        return
        [
            .. settings.Select((bot, index) => new PersonaBot(
                bot.FindString("bot_name") ?? throw ApiException.Missing($"bot_setting[{index}].bot_name"),
                bot.FindString("content") ?? "")),
        ];
    }

    private static string ReadReplyName(RequestParameters parameters, IReadOnlyList<PersonaBot> bots)
    {
        if (parameters.FindElement("reply_constraints") is null)
        {
            throw ApiException.Missing("reply_constraints");
        }

        RequestParameters constraints = parameters.GetObject("reply_constraints");
        string senderType = constraints.FindString("sender_type") ?? throw ApiException.Missing("reply_constraints.sender_type");
        if (senderType != Bot)
        {
            throw ApiException.InvalidParameters("reply_constraints.sender_type must be BOT");
        }

        string name = constraints.FindString("sender_name") ?? throw ApiException.Missing("reply_constraints.sender_name");
        return bots.Any(bot => bot.Name == name)
            ? name
            : throw ApiException.InvalidParameters($"reply_constraints.sender_name must be a bot_name of bot_setting: {name}");
    }

    private static PersonaMessage ReadMessage(RequestParameters message, string path, bool mustBeNamed)
    {
        string? senderType = message.FindString("sender_type");
        string? name = message.FindString("sender_name");
        if (senderType is null || (name is null && mustBeNamed))
        {
            throw ApiException.InvalidParameters("messages中sender_name、sender_type不能为空");
        }

        PersonaSender sender = senderType switch
        {
            "USER" => PersonaSender.User,
            Bot => PersonaSender.Bot,
            "FUNCTION" => PersonaSender.Function,
            _ => throw ApiException.InvalidParameters($"{path}.sender_type must be USER, BOT or FUNCTION"),
        };
        IReadOnlyList<ToolCall> calls = sender == PersonaSender.Bot ? CcpFunctions.ReadCalls(message) : [];
        bool mayBeEmpty = calls.Count > 0
            || (sender == PersonaSender.Function && message.FindElement("text") is not null);
        string text = message.FindString("text") ?? (mayBeEmpty ? "" : throw ChatFields.ContentIsEmpty());
        return new PersonaMessage(sender, name, text) { ToolCalls = calls };
    }

    /// <summary>Null where there is no raw glyph with names; also where masking has changed the text beyond its
    /// template.</summary>
    private static IReadOnlyDictionary<string, string>? ReadBlanks(ChatRequest request, ChatAnswer answer)
    {
        if (request.Format is not { Kind: OutputFormatKind.RawGlyph, Content: { } template })
        {
            return null;
        }

        var blanks = GlyphTemplate.ReadBlanks(template, answer.Text, isCut: answer.FinishReason != "stop");
        return blanks is { Count: > 0 } ? blanks : null;
    }

    private static byte[] Whole(
        ChatHeading heading, string name, IReadOnlyList<ChatAnswer> answers,
        IReadOnlyDictionary<string, string>? blanks = null)
    {
        var sensitivity = ChatSensitivity.Of(answers);
        CcpFunctionCall? call = CallOf(answers[0]);
        return JsonSerializer.SerializeToUtf8Bytes(
            new CcpResponse
            {
                Created = heading.Created,
                Model = heading.Model,
                Reply = answers[0].Text,
                Choices =
                [
                    .. answers.Select(answer => new CcpChoice(FinishReason(answer), Messages(answer, name))),
                ],
                Usage = Usage(answers),
                GlyphResult = blanks,
                FunctionCall = call,
                InputSensitive = sensitivity.IsInput,
                OutputSensitive = sensitivity.IsOutput,
                InputSensitiveType = sensitivity.IsInput ? sensitivity.InputType : null,
                OutputSensitiveType = sensitivity.IsOutput ? sensitivity.OutputType : null,
                Id = heading.Id,
                BaseResponse = Success,
            },
            ChatJson.Wire.CcpResponse);
    }

    private static CcpChoice Choice(string? finishReason, string name, string text) =>
        new(finishReason, [new CcpMessage(Bot, name, text)]);

    /// <summary>The steps of a plugin, then the answer.</summary>
    private static IReadOnlyList<CcpMessage> Messages(ChatAnswer answer, string name) =>
    [
        .. answer.Steps.SelectMany(step => new[]
        {
            new CcpMessage(Bot, name, "", ToCall(step.Call)),
            new CcpMessage("FUNCTION", step.Call.Name ?? "", step.Result),
        }),
        new CcpMessage(Bot, name, answer.Text, CallOf(answer)),
    ];

    /// <summary>With a call of a function, and where a plugin was offered, the second number is there, even when
    /// nothing was added.</summary>
    private static ChatUsage Usage(IReadOnlyList<ChatAnswer> answers)
    {
        long total = answers[0].PromptTokens + answers.Sum(answer => answer.OutputTokens);
        return answers[0].AddedInput is { } added ? new ChatUsage(total, total + added)
            : new ChatUsage(total, answers[0].Calls.Count > 0 ? 0 : null);
    }

    private static CcpFunctionCall? CallOf(ChatAnswer answer) => answer.Calls is [{ } call, ..] ? ToCall(call) : null;

    private static CcpFunctionCall ToCall(FunctionCallPiece call) => new(call.Name ?? "", call.Arguments);

    /// <summary>This interface does not know <c>tool_calls</c>.</summary>
    private static string FinishReason(ChatAnswer answer) => answer.FinishReason == "tool_calls" ? "stop" : answer.FinishReason;

    private sealed class Events(ChatHeading heading, string name) : IChatEvents
    {
        public IEnumerable<byte[]> Continue(ChatPiece piece)
        {
            if (piece.Answer is not null || piece.Call is not null)
            {
                yield break; // A call comes with the end, whole.
            }

            yield return JsonSerializer.SerializeToUtf8Bytes(
                new CcpResponse
                {
                    Created = heading.Created,
                    Model = heading.Model,
                    Reply = "",
                    Choices = [Choice(null, name, piece.Delta)],
                    OutputSensitive = false,
                },
                ChatJson.Wire.CcpResponse);
        }

        /// <summary>The last event repeats the full text, not a delta.</summary>
        public IEnumerable<byte[]> End(IReadOnlyList<ChatAnswer> answers) => [Whole(heading, name, answers)];

        /// <summary>A choice with a finish reason, because LangChain.js shows the error only then.</summary>
        public IEnumerable<byte[]> Fail(ApiError error, string text) =>
        [
            JsonSerializer.SerializeToUtf8Bytes(
                new CcpResponse
                {
                    Created = heading.Created,
                    Model = heading.Model,
                    Reply = "",
                    Choices = [Choice("stop", name, "")],
                    BaseResponse = new BaseResponse((int)error, text),
                },
                ChatJson.Wire.CcpResponse),
        ];
    }
}
