using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using Cremona.Inference.Adapters;
using Cremona.Inference.Checkpoints;
using Cremona.Inference.Sampling;
using Cremona.Inference.Scheduling;
using Cremona.Inference.Templates;
using Microsoft.Extensions.AI;
using ChatRole = Microsoft.Extensions.AI.ChatRole;
using TurnRole = Cremona.Inference.Templates.ChatRole;

namespace Cremona.Server.Models;

/// <summary>The seam between text and tokens: knows the model's template, tokenizer, stop tokens and stop sequences;
/// the engine below it knows token ids only, the rooms above it text only. Thread-safe. Disposing it lets the engine
/// go.</summary>
/// <param name="modelName">The name that was asked for.</param>
/// <param name="model">Tokenizer, template and shape.</param>
/// <param name="engine">Runs the model; held from the first answer to the last, so that the model is loaded once for
/// all of them.</param>
/// <param name="adapter">The tuned model's adapter, or null for the base model.</param>
internal sealed class EngineChatClient(
    string modelName, LanguageModel model, LoadedHold<IGenerationEngine> engine, LoraAdapter? adapter) : IChatClient
{
    /// <summary>The output was cut because the context was full, not because the request said so.</summary>
    public static readonly ChatFinishReason MaxOutput = new("max_output");

    /// <summary>Key in <see cref="ChatResponse.AdditionalProperties"/>: the mean log-probability of the output's
    /// tokens, a <see cref="double"/>; answers to one prompt are ranked by it.</summary>
    public const string MeanLogProbability = "mean_log_probability";

    /// <summary>Key in <see cref="ChatResponseUpdate.AdditionalProperties"/>: an
    /// <see cref="IReadOnlyList{T}"/> of <see cref="TokenLogProbability"/>, the tokens that begin in the update's text or
    /// before it. Absent unless <see cref="EngineChatOptions.TopLogProbabilities"/> asks for them.</summary>
    public const string LogProbabilities = "log_probabilities";

    /// <summary>What an update tells under <see cref="LogProbabilities"/>; empty when it tells nothing.</summary>
    public static IReadOnlyList<TokenLogProbability> LogProbabilitiesOf(ChatResponseUpdate update) =>
        update.AdditionalProperties?.TryGetValue(LogProbabilities, out object? told) == true
            ? (IReadOnlyList<TokenLogProbability>)told!
            : [];

    /// <inheritdoc/>
    /// <exception cref="ContextOverflowException">The prompt and an explicit limit do not fit, or the prompt leaves no
    /// room.</exception>
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null,
        CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ContextOverflowException">As for <see cref="GetResponseAsync"/>, on the first move.</exception>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        EngineChatOptions settings = options as EngineChatOptions ?? new EngineChatOptions(options);
        ChatTool[] tools = [.. settings.Tools?.OfType<AIFunctionDeclaration>().Select(ToTool) ?? []];
        int[] prompt = model.ChatTemplate.Encode([.. messages.Select(ToTurn)], settings.Ending, tools).Tokens;
        int outputTokensMax = LimitOutput(prompt.Length, settings);
        new PromptMeter(settings).Count(prompt.Length);
        var output = new OutputText(
            model.Tokenizer, settings, tools.Length > 0 ? model.ChatTemplate.ToolCallForm : null);
        var tally = new OutputTally();

        GenerationRequest request = ToRequest(prompt, outputTokensMax, settings);
        await foreach (GeneratedToken token in engine.Value.StreamAsync(request, cancellationToken))
        {
            tally.Add(token);
            settings.Meter?.CountCached(token.CachedTokens);
            if (token.Id >= 0)
            {
                settings.Meter?.CountOutputToken();
            }

            OutputPiece piece = output.Append(token);
            if (!piece.IsEmpty)
            {
                yield return ToUpdate(piece);
            }

            if (output.IsStopped)
            {
                break; // Leaving the loop disposes the enumerator, which frees the sequence.
            }
        }

        OutputPiece rest = output.Flush();
        ChatFinishReason reason = output.IsStopped
            ? ChatFinishReason.Stop
            : ToReason(tally.Finish, settings, outputTokensMax);
        if (output.HasCalls && reason == ChatFinishReason.Stop)
        {
            reason = ChatFinishReason.ToolCalls;
        }

        yield return ToLastUpdate(rest, reason, prompt.Length, tally);
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("cremona", null, modelName)
        : serviceType.IsInstanceOfType(this) ? this
        : null;

    public void Dispose() => engine.Dispose();

    private int LimitOutput(int promptTokens, EngineChatOptions settings)
    {
        int room = model.Config.ContextLength - promptTokens;
        int wanted = settings.MaxOutputTokens ?? Math.Min(settings.DefaultOutputTokens, Math.Max(room, 1));
        return wanted <= room
            ? wanted
            : throw new ContextOverflowException(promptTokens, wanted, model.Config.ContextLength);
    }

    private GenerationRequest ToRequest(int[] prompt, int outputTokensMax, EngineChatOptions settings) => new()
    {
        PromptTokens = prompt,
        MaxTokens = outputTokensMax,
        Adapter = adapter,
        StopTokens = model.ChatTemplate.StopTokens,
        TopLogProbabilities = settings.TopLogProbabilities ?? 0,
        Grammar = settings.Grammar,
        Group = settings.Group,
        Sampling = new SamplingOptions
        {
            Temperature = settings.Temperature ?? 1,
            TopP = settings.TopP ?? 1,
            TopK = settings.TopK ?? 0,
            PresencePenalty = settings.PresencePenalty ?? 0,
            FrequencyPenalty = settings.FrequencyPenalty ?? 0,
            Seed = settings.Seed is { } seed
                ? (ulong)seed
                : BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))),
        },
    };

    private ChatResponseUpdate ToUpdate(OutputPiece piece, params IEnumerable<AIContent> others) =>
        new(ChatRole.Assistant, [.. ToText(piece.Text), .. piece.Calls, .. others])
        {
            ModelId = modelName,
            AdditionalProperties = piece.LogProbabilities.Count > 0
                ? new() { [LogProbabilities] = piece.LogProbabilities }
                : null,
        };

    private static TextContent[] ToText(string text) => text.Length > 0 ? [new TextContent(text)] : [];

    private ChatResponseUpdate ToLastUpdate(
        OutputPiece piece, ChatFinishReason reason, int promptTokens, OutputTally tally)
    {
        ChatResponseUpdate last = ToUpdate(piece, new UsageContent(new UsageDetails
        {
            InputTokenCount = promptTokens,
            CachedInputTokenCount = tally.CachedTokens,
            OutputTokenCount = tally.Tokens,
            TotalTokenCount = promptTokens + tally.Tokens,
        }));
        last.FinishReason = reason;
        last.AdditionalProperties ??= [];
        last.AdditionalProperties[MeanLogProbability] = tally.MeanLogProbability;
        return last;
    }

    /// <summary>A default limit that had to shrink is the model's limit, not the request's.</summary>
    private static ChatFinishReason ToReason(FinishReason? finish, EngineChatOptions settings, int outputTokensMax) =>
        finish switch
        {
            FinishReason.Stop => ChatFinishReason.Stop,
            FinishReason.ContextFull => MaxOutput,
            _ when settings.MaxOutputTokens is null && outputTokensMax < settings.DefaultOutputTokens => MaxOutput,
            _ => ChatFinishReason.Length,
        };

    private static ChatTool ToTool(AIFunctionDeclaration function) => new(
        function.Name, function.Description.Length > 0 ? function.Description : null, function.JsonSchema);

    private static ChatTurn ToTurn(ChatMessage message)
    {
        FunctionResultContent? result = message.Contents.OfType<FunctionResultContent>().FirstOrDefault();
        return new ChatTurn(ToRole(message.Role), result?.Result as string ?? message.Text, message.AuthorName)
        {
            ToolCalls =
            [
                .. message.Contents.OfType<FunctionCallPiece>().Select(call =>
                    new ToolCall(call.Name ?? "", JsonElement.Parse(call.Arguments), call.CallId)),
            ],
            ToolCallId = result is { CallId.Length: > 0 } ? result.CallId : null,
        };
    }

    private static TurnRole ToRole(ChatRole role) =>
        role == ChatRole.System ? TurnRole.System
        : role == ChatRole.Assistant ? TurnRole.Assistant
        : role == ChatRole.Tool ? TurnRole.Tool
        : TurnRole.User;
}
