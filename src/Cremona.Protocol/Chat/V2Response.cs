using System.Text.Json.Serialization;
using Cremona.Protocol.Envelope;

namespace Cremona.Protocol.Chat;

/// <summary>Answer of <c>/v1/text/chatcompletion_v2</c> and <c>/v1/chat/completions</c>, and the summary event of a
/// stream.</summary>
public sealed record V2Response
{
    /// <summary>32 hex digits, equal to the <c>Trace-Id</c> header.</summary>
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    /// <summary>Null, and written, in errors.</summary>
    [JsonPropertyName("choices"), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required IReadOnlyList<V2Choice>? Choices { get; init; }

    /// <summary>Unix time in seconds.</summary>
    [JsonPropertyName("created")]
    public required long Created { get; init; }

    /// <summary>The name that was asked for.</summary>
    [JsonPropertyName("model")]
    public required string Model { get; init; }

    [JsonPropertyName("object")]
    public string Kind { get; init; } = "chat.completion";

    [JsonPropertyName("usage")]
    public required V2Usage Usage { get; init; }

    [JsonPropertyName("input_sensitive")]
    public bool InputSensitive { get; init; }

    [JsonPropertyName("output_sensitive")]
    public bool OutputSensitive { get; init; }

    [JsonPropertyName("input_sensitive_type")]
    public int InputSensitiveType { get; init; }

    [JsonPropertyName("output_sensitive_type")]
    public int OutputSensitiveType { get; init; }

    /// <summary>0 in errors, as the platform sends it; absent otherwise.</summary>
    [JsonPropertyName("output_sensitive_int")]
    public int? OutputSensitiveCode { get; init; }

    [JsonPropertyName("base_resp")]
    public required BaseResponse BaseResponse { get; init; }
}

/// <param name="FinishReason"><c>stop</c>, <c>length</c> or <c>tool_calls</c>; the key is absent before the end of a stream.</param>
/// <param name="Index">0, or the rank when <c>n</c> is above 1.</param>
/// <param name="Message">The whole answer.</param>
/// <param name="Messages">In place of it on <c>/v1/text/chatcompletion_v2</c>, where the web was searched: the question,
/// each call with its result, the answer.</param>
/// <param name="Delta">The increment, in chunks.</param>
/// <param name="LogProbabilities">Absent unless asked for.</param>
public sealed record V2Choice(
    [property: JsonPropertyName("finish_reason")] string? FinishReason,
    [property: JsonPropertyName("index")] int Index,
    [property: JsonPropertyName("message")] V2Message? Message = null,
    [property: JsonPropertyName("messages")] IReadOnlyList<V2StepMessage>? Messages = null,
    [property: JsonPropertyName("delta")] V2Message? Delta = null,
    [property: JsonPropertyName("logprobs")] V2LogProbabilities? LogProbabilities = null);

/// <param name="Content">The tokens of the text, in order.</param>
public sealed record V2LogProbabilities(
    [property: JsonPropertyName("content")] IReadOnlyList<V2TokenLogProbability> Content);

/// <param name="Token">Its text, or <c>bytes:\xe4</c> for a part of a character.</param>
/// <param name="LogProbability">Natural logarithm, before temperature and nucleus.</param>
/// <param name="Bytes">UTF-8, 0 to 255 each.</param>
/// <param name="Top">The most likely tokens of this position, best first; absent in these themselves.</param>
public sealed record V2TokenLogProbability(
    [property: JsonPropertyName("token")] string Token,
    [property: JsonPropertyName("logprob")] float LogProbability,
    [property: JsonPropertyName("bytes")] IReadOnlyList<int> Bytes,
    [property: JsonPropertyName("top_logprobs")] IReadOnlyList<V2TokenLogProbability>? Top);

/// <param name="Content">The text, or its increment; absent where there are only calls.</param>
/// <param name="ToolCalls">Absent where the answer makes none.</param>
/// <param name="Annotations">Of the alias only: the pages that the text refers to, in a stream with its last
/// increment; absent where it refers to none.</param>
public sealed record V2Message(
    [property: JsonPropertyName("content")] string? Content,
    [property: JsonPropertyName("role")] string Role = "assistant",
    [property: JsonPropertyName("tool_calls")] IReadOnlyList<V2ToolCall>? ToolCalls = null,
    [property: JsonPropertyName("annotations")] IReadOnlyList<V2CitationAnnotation>? Annotations = null);

/// <summary>A reference to a page, as OpenAI writes it.</summary>
public sealed record V2CitationAnnotation(
    [property: JsonPropertyName("url_citation")] V2UrlCitation Citation,
    [property: JsonPropertyName("type")] string Kind = "url_citation");

/// <param name="StartIndex">Unicode characters of the whole text before the mark that refers to the page.</param>
/// <param name="EndIndex">Behind the mark.</param>
/// <param name="Url">Of the page that was found.</param>
/// <param name="Title">Possibly empty.</param>
public sealed record V2UrlCitation(
    [property: JsonPropertyName("start_index")] int StartIndex,
    [property: JsonPropertyName("end_index")] int EndIndex,
    [property: JsonPropertyName("url")] string Url,
    [property: JsonPropertyName("title")] string Title);

/// <summary>A message on the way to an answer that searched the web.</summary>
/// <param name="Content">Absent where there is only a call.</param>
/// <param name="Role"><c>user</c>, <c>assistant</c> or <c>tool</c>.</param>
/// <param name="ToolCalls">One of type <c>web_search</c>, or the answer's.</param>
/// <param name="ToolCallId">The call that a result answers.</param>
/// <param name="Annotations">What the answer refers to; absent where it refers to nothing.</param>
public sealed record V2StepMessage(
    [property: JsonPropertyName("content")] string? Content,
    [property: JsonPropertyName("role")] string Role,
    [property: JsonPropertyName("tool_calls")] IReadOnlyList<V2ToolCall>? ToolCalls = null,
    [property: JsonPropertyName("tool_call_id")] string? ToolCallId = null,
    [property: JsonPropertyName("annotations")] IReadOnlyList<V2Annotation>? Annotations = null);

/// <param name="Text">As it stands in the answer: <c>【0†source】</c>.</param>
/// <param name="Url">Of the page that was found.</param>
/// <param name="Quote">What the model was shown of it.</param>
public sealed record V2Annotation(
    [property: JsonPropertyName("text")] string Text,
    [property: JsonPropertyName("url")] string Url,
    [property: JsonPropertyName("quote")] string Quote);

/// <param name="Index">Of the call; in the stream of <c>/v1/chat/completions</c> only.</param>
/// <param name="Id">By which a result names the call; absent in later pieces.</param>
/// <param name="Type"><c>function</c> or <c>web_search</c>; absent in later pieces.</param>
/// <param name="Function">The call, or its next piece.</param>
public sealed record V2ToolCall(
    [property: JsonPropertyName("index")] int? Index,
    [property: JsonPropertyName("id")] string? Id,
    [property: JsonPropertyName("type")] string? Type,
    [property: JsonPropertyName("function")] V2FunctionCall Function);

/// <param name="Name">Absent in later pieces.</param>
/// <param name="Arguments">The text of a JSON object, or its next piece.</param>
public sealed record V2FunctionCall(
    [property: JsonPropertyName("name")] string? Name,
    [property: JsonPropertyName("arguments")] string Arguments);

/// <param name="TotalTokens">Input and output.</param>
/// <param name="TotalCharacters">Always 0, as the platform sends it.</param>
/// <param name="PromptTokens">Input; the platform sends it since 2025, OpenAI clients need it.</param>
/// <param name="CompletionTokens">Output.</param>
/// <param name="PromptDetails">Of the alias only, as OpenAI sends it.</param>
public sealed record V2Usage(
    [property: JsonPropertyName("total_tokens")] long TotalTokens,
    [property: JsonPropertyName("total_characters")] long TotalCharacters,
    [property: JsonPropertyName("prompt_tokens")] long PromptTokens,
    [property: JsonPropertyName("completion_tokens")] long CompletionTokens,
    [property: JsonPropertyName("prompt_tokens_details")]
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    V2PromptDetails? PromptDetails = null);

/// <param name="CachedTokens">The part of the input that did not have to be computed.</param>
public sealed record V2PromptDetails([property: JsonPropertyName("cached_tokens")] long CachedTokens);
