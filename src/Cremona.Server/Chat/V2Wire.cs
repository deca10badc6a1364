using System.Text.Json;
using Cremona.Inference.Templates;
using Cremona.Protocol.Chat;
using Cremona.Protocol.Envelope;
using Cremona.Protocol.Errors;
using Cremona.Server.Chat.WebSearch;
using Cremona.Server.Edge;
using Cremona.Server.Models;

namespace Cremona.Server.Chat;

/// <summary>The words of <c>/v1/text/chatcompletion_v2</c> and of its OpenAI-shaped alias
/// <c>/v1/chat/completions</c>.</summary>
internal sealed class V2Wire(ChatOptions options, bool isAlias) : IChatWire
{
    private const int LogProbabilitiesMax = 20;

    internal static readonly BaseResponse Success = new(0, "");

    public ChatSurfaces Surface => ChatSurfaces.V2;

    public string Operation => isAlias ? "chat_completions" : "chatcompletion_v2";

    public bool LeavesErrorsToTheDoor => isAlias && !options.CompletionsErrorsAsBaseResponse;

    public bool AllowsComments => isAlias;

    public ChatRequest Read(RequestParameters parameters)
    {
        string model = parameters.GetString("model");
        IReadOnlyList<RequestParameters> messages = ChatFields.GetMessages(parameters, options.MessagesMax);
        RefuseUnavailable(parameters);
        bool continues = parameters.FindBoolean("continue_final_message") ?? false; // vLLM's word, as its servers know it
        (IReadOnlyList<ChatTurn> turns, ChatEnding ending, ChatImages images) =
            V2Messages.ToPrompt(messages, continues);
        bool masks = parameters.FindBoolean("mask_sensitive_info") ?? false;
        OutputFormat? format = OutputFormat.FindResponseFormat(parameters);
        ToolOffer? offer = V2Tools.Find(parameters, format, ending, options.ToolsMax);
        return new ChatRequest
        {
            Model = model,
            Turns = turns,
            Images = images,
            Ending = ending,
            ContinuesLastMessage = continues,
            Format = format,
            Offer = offer,
            SearchesWeb = offer?.Tools.Contains(WebSearchPlugin.Tool) ?? false,
            SearchField = "tools of type web_search",
            OutputTokens = ReadOutputTokens(parameters),
            Answers = new NamedLimit("n", parameters.FindInteger("n")),
            Temperature = parameters.FindNumber("temperature"),
            TopP = parameters.FindNumber("top_p"),
            Seed = parameters.FindIntegerOrZero("seed"),
            PresencePenalty = parameters.FindNumber("presence_penalty"),
            FrequencyPenalty = parameters.FindNumber("frequency_penalty"),
            StopSequences = ChatFields.FindStopSequences(parameters),
            MasksSensitiveText = masks,
            TopLogProbabilities = ReadLogProbabilities(parameters, masks),
            IsStream = parameters.FindBoolean("stream") ?? false,
            IncludesUsage = parameters.GetObject("stream_options").FindBoolean("include_usage") ?? false,
        };
    }

    public byte[] WriteAnswer(ChatHeading heading, ChatRequest request, IReadOnlyList<ChatAnswer> answers) =>
        WriteWhole(heading, answers, ToForm(request));

    /// <summary>All keys, because a strict client reads no error without them.</summary>
    public byte[] WriteError(ChatHeading heading, ApiError error, string text) => JsonSerializer.SerializeToUtf8Bytes(
        new V2Response
        {
            Id = heading.Id,
            Choices = null,
            Created = heading.Created,
            Model = heading.Model,
            Usage = new V2Usage(0, 0, 0, 0),
            OutputSensitiveCode = 0,
            BaseResponse = new BaseResponse((int)error, text),
        },
        ChatJson.Wire.V2Response);

    public IChatEvents OpenStream(ChatHeading heading, ChatRequest request) => new V2Events(heading, ToForm(request));

    private V2AnswerForm ToForm(ChatRequest request) => new(
        SendsSummary: !isAlias && options.V2SendsSummary,
        SendsDone: isAlias || options.V2SendsDone,
        IncludesUsage: request.IncludesUsage,
        TellsCachedTokens: isAlias,
        TellsLogProbabilities: request.TopLogProbabilities is not null,
        StreamsCalls: isAlias,
        HasOpenAIErrors: LeavesErrorsToTheDoor,
        Question: isAlias ? null : request.Turns.LastOrDefault(turn => turn.Role == ChatRole.User)?.Content ?? "");

    internal static byte[] WriteWhole(ChatHeading heading, IReadOnlyList<ChatAnswer> answers, V2AnswerForm form)
    {
        var sensitivity = ChatSensitivity.Of(answers);
        return JsonSerializer.SerializeToUtf8Bytes(
            new V2Response
            {
                Id = heading.Id,
                Choices =
                [
                    .. answers.Select((answer, rank) => ToChoice(answer, rank, form)),
                ],
                Created = heading.Created,
                Model = heading.Model,
                Usage = Usage(answers, form.TellsCachedTokens),
                InputSensitive = sensitivity.IsInput,
                OutputSensitive = sensitivity.IsOutput,
                InputSensitiveType = sensitivity.InputType,
                OutputSensitiveType = sensitivity.OutputType,
                BaseResponse = Success,
            },
            ChatJson.Wire.V2Response);
    }

    /// <summary>The calls of an answer, whole.</summary>
    internal static IReadOnlyList<V2ToolCall> ToCalls(ChatAnswer answer) =>
        [.. answer.Calls.Select(call => ToCall(call, index: null))];

    /// <param name="call">Whole, or a piece.</param>
    /// <param name="index">Where the interface tells it.</param>
    internal static V2ToolCall ToCall(FunctionCallPiece call, int? index) => new(
        index, call.CallId, call.CallId is null ? null : "function", new V2FunctionCall(call.Name, call.Arguments));

    private static V2Choice ToChoice(ChatAnswer answer, int rank, V2AnswerForm form)
    {
        IReadOnlyList<V2StepMessage>? steps = form.Question is { } question ? V2Steps.Write(question, answer) : null;
        return new V2Choice(
            FinishReason(answer, form), rank, Message: steps is null ? Message(answer, form) : null, Messages: steps,
            LogProbabilities: form.TellsLogProbabilities ? ToLogProbabilities(answer.LogProbabilities) : null);
    }

    private static V2Message Message(ChatAnswer answer, V2AnswerForm form) => new(
        answer.Calls.Count > 0 && answer.Text.Length == 0 ? null : answer.Text,
        ToolCalls: answer.Calls.Count > 0 ? ToCalls(answer) : null,
        Annotations: Citations(answer, form));

    /// <summary>Where the steps of an answer are told, its references stand there.</summary>
    internal static IReadOnlyList<V2CitationAnnotation>? Citations(ChatAnswer answer, V2AnswerForm form) =>
        form.Question is null ? V2Steps.FindCitations(answer) : null;

    /// <summary>These interfaces do not know <c>max_output</c>; the platform's own says <c>tool_calls</c> too where the
    /// web was searched.</summary>
    internal static string FinishReason(ChatAnswer answer, V2AnswerForm form) =>
        answer.FinishReason == EngineChatClient.MaxOutput.Value ? "length"
        : form.Question is not null && answer.Steps.Count > 0 && answer.FinishReason == "stop" ? "tool_calls"
        : answer.FinishReason;

    /// <summary>Of several answers the first that came computed the prompt for the others; answers that were drawn
    /// again count too; what searches have added counts for each.</summary>
    internal static V2Usage Usage(IReadOnlyList<ChatAnswer> answers, bool tellsCachedTokens)
    {
        long promptTokens = answers[0].PromptTokens + answers.Sum(answer => answer.AddedInput ?? 0);
        long outputTokens = answers.Sum(answer => answer.OutputTokens + answer.DiscardedTokens);
        return new V2Usage(
            promptTokens + outputTokens, 0, promptTokens, outputTokens,
            tellsCachedTokens ? new V2PromptDetails(answers.Min(answer => answer.CachedTokens)) : null);
    }

    internal static V2LogProbabilities ToLogProbabilities(IReadOnlyList<TokenLogProbability> tokens) =>
        new([.. tokens.Select(token => ToToken(token, [.. token.Alternatives.Select(other => ToToken(other, null))]))]);

    private static V2TokenLogProbability ToToken(
        TokenLogProbability token, IReadOnlyList<V2TokenLogProbability>? alternatives) =>
        new(token.Text, token.LogProbability, [.. token.Bytes.Select(value => (int)value)], alternatives);

    private static int? ReadLogProbabilities(RequestParameters parameters, bool masks)
    {
        bool isAsked = parameters.FindBoolean("logprobs") ?? false;
        long? top = parameters.FindInteger("top_logprobs");
        if (top is < 0 or > LogProbabilitiesMax)
        {
            throw ApiException.InvalidParameters($"top_logprobs must be in [0,{LogProbabilitiesMax}]");
        }

        if (top is not null && !isAsked)
        {
            throw ApiException.InvalidParameters("top_logprobs needs logprobs; send logprobs true or leave it out");
        }

        return !isAsked ? null
            : masks ? throw ApiException.InvalidParameters(
                "logprobs shows the tokens that mask_sensitive_info masks; leave one of them out")
            : (int)(top ?? 0);
    }

    private static void RefuseUnavailable(RequestParameters parameters)
    {
        ChatFields.Refuse(parameters, "logit_bias");
        ChatFields.Refuse(parameters.GetObject("stream_options"), "speech_output");
        if (ChatFields.FindItems(parameters, "functions").Count > 0)
        {
            throw ChatFields.NotAvailable("functions", "send tools");
        }

        ChatFields.Refuse(parameters, "function_call");
    }

    private static NamedLimit ReadOutputTokens(RequestParameters parameters)
    {
        NamedLimit newer = ReadLimit(parameters, "max_completion_tokens");
        return newer.Value is null ? ReadLimit(parameters, "max_tokens") : newer;
    }

    private static NamedLimit ReadLimit(RequestParameters parameters, string field)
    {
        try
        {
            return new NamedLimit(field, parameters.FindInteger(field));
        }
        catch (ApiException)
        {
            throw ApiException.InvalidParameters($"{field} type error");
        }
    }
}
