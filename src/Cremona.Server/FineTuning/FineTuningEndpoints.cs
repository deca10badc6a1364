using Cremona.Protocol.Envelope;
using Cremona.Protocol.FineTuning;
using Cremona.Server.Edge;
using Cremona.Server.Jobs;
using Cremona.Server.Models;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cremona.Server.FineTuning;

/// <summary>The eight fine-tuning endpoints, with and without <c>/v1</c>.</summary>
public static class FineTuningEndpoints
{
    private static readonly string[] Post = [HttpMethods.Post];
    private static readonly string[] GetOrPost = [HttpMethods.Get, HttpMethods.Post];

    public static IEndpointRouteBuilder MapFineTuning(this IEndpointRouteBuilder app)
    {
        app.MapGroup("/v1").WithTags("Fine-tuning").MapRoutes("");

        // The documentation writes the bare operation name after the server's address.
        app.MapGroup("").WithTags("Fine-tuning").MapRoutes("_bare");
        return app;
    }

    private static void MapRoutes(this RouteGroupBuilder group, string idSuffix)
    {
        void Map(string operation, string[] methods, Delegate handler, string summary) =>
            group.MapMethods(operation, methods, handler).WithName(operation + idSuffix).WithSummary(summary);

        Map("create_finetune_job", Post, CreateJobAsync, "Create a fine-tuning job");
        Map("list_finetune_job", GetOrPost, ListJobsAsync, "List jobs, newest first");
        Map("retrieve_finetune_job", GetOrPost, RetrieveJobAsync, "Retrieve a job");
        Map("delete_finetune_job", Post, DeleteJobAsync, "Cancel an unfinished job, or remove a finished one");
        Map("list_finetune_event", GetOrPost, ListEventsAsync, "List the status updates of a job");
        Map("list_finetune_model", GetOrPost, ListModelsAsync, "List fine-tuned models, newest first");
        Map("retrieve_finetune_model", GetOrPost, RetrieveModelAsync, "Retrieve a fine-tuned model");
        Map("delete_finetune_model", Post, DeleteModelAsync, "Delete a fine-tuned model");
    }

    private static async Task<JsonHttpResult<FinetuneJobResponse>> CreateJobAsync(
        Caller caller, RequestParameters parameters, FineTuningService service, CancellationToken cancellationToken)
    {
        FineTuneOrder order = FineTuningWire.ReadOrder(parameters);
        FineTuneJob job = await service.CreateAsync(caller.GroupId, order, cancellationToken);
        return Answer(job, withProgress: false);
    }

    private static async Task<JsonHttpResult<FinetuneJobListResponse>> ListJobsAsync(
        Caller caller, RequestParameters parameters, FineTuningService service, CancellationToken cancellationToken)
    {
        long limit = FineTuningWire.ReadLimit(parameters);
        string? after = parameters.FindString("after");
        IReadOnlyList<FineTuneJob> jobs = await service.ListAsync(caller.GroupId, after, limit + 1, cancellationToken);
        FinetuneJob[] page = [.. jobs.Take((int)limit).Select(job => FineTuningWire.Write(job, withProgress: false))];
        return TypedResults.Json(
            new FinetuneJobListResponse(page, jobs.Count > limit, BaseResponse.Success),
            FineTuningJson.Wire.FinetuneJobListResponse);
    }

    private static async Task<JsonHttpResult<FinetuneJobResponse>> RetrieveJobAsync(
        Caller caller, RequestParameters parameters, FineTuningService service, CancellationToken cancellationToken)
    {
        FineTuneJob job = await service.GetAsync(caller.GroupId, ReadJobId(parameters), cancellationToken);
        return Answer(job, withProgress: true);
    }

    private static async Task<JsonHttpResult<FinetuneDeletedResponse>> DeleteJobAsync(
        Caller caller, RequestParameters parameters, FineTuningService service, CancellationToken cancellationToken)
    {
        await service.DeleteAsync(caller.GroupId, ReadJobId(parameters), cancellationToken);
        return Deleted();
    }

    private static async Task<JsonHttpResult<FinetuneEventListResponse>> ListEventsAsync(
        Caller caller, RequestParameters parameters, FineTuningService service, CancellationToken cancellationToken)
    {
        string jobId = ReadJobId(parameters);
        long limit = FineTuningWire.ReadLimit(parameters);
        string? after = parameters.FindString("after");
        IReadOnlyList<JobEvent> events = await service.ListEventsAsync(
            caller.GroupId, jobId, after, limit + 1, cancellationToken);
        FinetuneEvent[] page = [.. events.Take((int)limit).Select(FineTuningWire.Write)];
        return TypedResults.Json(
            new FinetuneEventListResponse(page, events.Count > limit, BaseResponse.Success),
            FineTuningJson.Wire.FinetuneEventListResponse);
    }

    private static async Task<JsonHttpResult<FinetuneModelListResponse>> ListModelsAsync(
        Caller caller, ITunedModelStore models, CancellationToken cancellationToken)
    {
        IReadOnlyList<TunedModel> rows = await models.ListAsync(caller.GroupId, cancellationToken);
        return TypedResults.Json(
            new FinetuneModelListResponse([.. rows.Select(FineTuningWire.Write)], BaseResponse.Success),
            FineTuningJson.Wire.FinetuneModelListResponse);
    }

    private static async Task<JsonHttpResult<FinetuneModelResponse>> RetrieveModelAsync(
        Caller caller, RequestParameters parameters, ITunedModelStore models, CancellationToken cancellationToken)
    {
        string id = parameters.GetString("model_id");
        TunedModel model = await models.FindAsync(caller.GroupId, id, cancellationToken) ?? throw ModelNotFound(id);
        return TypedResults.Json(
            new FinetuneModelResponse(FineTuningWire.Write(model), BaseResponse.Success),
            FineTuningJson.Wire.FinetuneModelResponse);
    }

    private static async Task<JsonHttpResult<FinetuneDeletedResponse>> DeleteModelAsync(
        Caller caller, RequestParameters parameters, TunedModelRemoval removal, CancellationToken cancellationToken)
    {
        string id = parameters.GetString("model_id");
        return await removal.DeleteAsync(caller.GroupId, id, cancellationToken) ? Deleted() : throw ModelNotFound(id);
    }

    private static string ReadJobId(RequestParameters parameters) => parameters.GetString("fine_tuning_job_id");

    private static ApiException ModelNotFound(string id) =>
        ApiException.InvalidParameters($"finetune model not found: {id}");

    private static JsonHttpResult<FinetuneJobResponse> Answer(FineTuneJob job, bool withProgress) => TypedResults.Json(
        new FinetuneJobResponse(FineTuningWire.Write(job, withProgress), BaseResponse.Success),
        FineTuningJson.Wire.FinetuneJobResponse);

    private static JsonHttpResult<FinetuneDeletedResponse> Deleted() => TypedResults.Json(
        new FinetuneDeletedResponse(BaseResponse.Success), FineTuningJson.Wire.FinetuneDeletedResponse);
}
