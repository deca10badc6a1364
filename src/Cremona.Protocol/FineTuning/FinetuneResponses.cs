using System.Text.Json.Serialization;
using Cremona.Protocol.Envelope;

namespace Cremona.Protocol.FineTuning;

/// <summary>Answer of <c>create_finetune_job</c> and <c>retrieve_finetune_job</c>.</summary>
public sealed record FinetuneJobResponse(
    [property: JsonPropertyName("finetune_job")] FinetuneJob Job,
    [property: JsonPropertyName("base_resp")] BaseResponse BaseResponse);

/// <summary>Answer of <c>list_finetune_job</c>.</summary>
public sealed record FinetuneJobListResponse(
    [property: JsonPropertyName("job_list")] IReadOnlyList<FinetuneJob> Jobs,
    [property: JsonPropertyName("has_more")] bool HasMore,
    [property: JsonPropertyName("base_resp")] BaseResponse BaseResponse);

/// <summary>Answer of <c>list_finetune_event</c>.</summary>
public sealed record FinetuneEventListResponse(
    [property: JsonPropertyName("event_list")] IReadOnlyList<FinetuneEvent> Events,
    [property: JsonPropertyName("has_more")] bool HasMore,
    [property: JsonPropertyName("base_resp")] BaseResponse BaseResponse);

/// <summary>Answer of <c>list_finetune_model</c>.</summary>
public sealed record FinetuneModelListResponse(
    [property: JsonPropertyName("model_list")] IReadOnlyList<FinetuneModel> Models,
    [property: JsonPropertyName("base_resp")] BaseResponse BaseResponse);

/// <summary>Answer of <c>retrieve_finetune_model</c>.</summary>
public sealed record FinetuneModelResponse(
    [property: JsonPropertyName("model")] FinetuneModel Model,
    [property: JsonPropertyName("base_resp")] BaseResponse BaseResponse);

/// <summary>Answer of <c>delete_finetune_job</c> and <c>delete_finetune_model</c>.</summary>
public sealed record FinetuneDeletedResponse(
    [property: JsonPropertyName("base_resp")] BaseResponse BaseResponse);
