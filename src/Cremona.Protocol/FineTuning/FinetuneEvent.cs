using System.Text.Json.Serialization;

namespace Cremona.Protocol.FineTuning;

/// <summary>One transition of a job.</summary>
/// <param name="Id">The job's id, the same for all its events.</param>
/// <param name="CreatedAt">Unix milliseconds.</param>
/// <param name="Level"><c>info</c>, or <c>error</c> of a failure.</param>
/// <param name="Message">A <see cref="FinetuneEventMessage"/> as compact JSON.</param>
public sealed record FinetuneEvent(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("created_at")] long CreatedAt,
    [property: JsonPropertyName("level")] string Level,
    [property: JsonPropertyName("message")] string Message)
{
    [JsonPropertyName("object")]
    public string ObjectType { get; init; } = "finetune.event";
}

/// <summary>The text of an event. Clients parse it, so the order of the keys is part of the format.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Status">The state reached.</param>
/// <param name="LastWorkTime">Unix milliseconds; not after the event's <c>created_at</c>.</param>
/// <param name="ModelId">The tuned model of a success, otherwise empty.</param>
/// <param name="StatusCode">Only of a failure.</param>
/// <param name="StatusMessage">Only of a failure.</param>
public sealed record FinetuneEventMessage(
    [property: JsonPropertyName("job_id")] string JobId,
    [property: JsonPropertyName("status")] string Status,
    [property: JsonPropertyName("last_work_time")] long LastWorkTime,
    [property: JsonPropertyName("model_id")] string ModelId,
    [property: JsonPropertyName("status_code")] long? StatusCode,
    [property: JsonPropertyName("status_msg")] string? StatusMessage);
