using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cremona.Protocol.Envelope;
using Cremona.Protocol.Errors;
using Microsoft.Extensions.Options;

namespace Cremona.Server.Edge.Pipeline;

/// <summary>Writes an error in the shape of the endpoint: <c>base_resp</c>, or OpenAI's error object.</summary>
internal sealed class ErrorAnswer(IOptions<EdgeOptions> options)
{
    private static readonly EnvelopeJson Json = new(WireJson.CreateOptions());

    /// <param name="context">Its answer must not have started.</param>
    /// <param name="error">The code.</param>
    /// <param name="text">Safe to show.</param>
    /// <param name="transportStatus">The HTTP status of a transport fault such as an unknown route; otherwise the
    /// catalogue and <see cref="EdgeOptions.UseHttpStatuses"/> decide.</param>
    public Task WriteAsync(HttpContext context, ApiError error, string text, int? transportStatus = null)
    {
        ApiErrorEntry entry = ApiErrorCatalogue.Find(error);
        EndpointMetadataCollection rules = context.GetEndpoint()?.Metadata ?? EndpointMetadataCollection.Empty;
        if (rules.GetMetadata<EndpointRules.OpenAIShapedRule>() is null)
        {
            bool isReal = options.Value.UseHttpStatuses
                || rules.GetMetadata<EndpointRules.HttpStatusesRule>() is not null;
            int status = transportStatus ?? (isReal ? entry.HttpStatus : StatusCodes.Status200OK);
            var body = new ErrorResponse(new BaseResponse((int)error, text));
            return WriteAsync(context, status, body, Json.ErrorResponse);
        }

        int httpStatus = transportStatus ?? entry.HttpStatus;
        var openAI = new OpenAIErrorResponse(
            "error", OpenAIErrors.Describe(entry, text, httpStatus), context.TraceIdentifier);
        return WriteAsync(context, httpStatus, openAI, Json.OpenAIErrorResponse);
    }

    private static Task WriteAsync<T>(HttpContext context, int status, T body, JsonTypeInfo<T> typeInfo)
    {
        byte[] utf8 = JsonSerializer.SerializeToUtf8Bytes(body, typeInfo);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = utf8.Length;
        return context.Response.Body.WriteAsync(utf8, CancellationToken.None).AsTask();
    }
}
