using System.Data.Common;
using Cremona.Protocol.Errors;
using Cremona.Server.Edge.Json;
using Microsoft.AspNetCore.Http.Features;

namespace Cremona.Server.Edge.Pipeline;

/// <summary>What an exception means at the door.</summary>
/// <param name="Error">The code.</param>
/// <param name="Text">Safe to show.</param>
/// <param name="IsOurs">Whether it is our fault and belongs into the log with its cause.</param>
/// <param name="TransportStatus">The HTTP status of a fault below the platform's errors, or null.</param>
internal sealed record Fault(ApiError Error, string Text, bool IsOurs, int? TransportStatus = null)
{
    /// <summary>ENOSPC and EDQUOT, and Windows' ERROR_DISK_FULL, as .NET reports them.</summary>
    private static readonly int[] DiskFullResults = [28, 122, unchecked((int)0x80070070)];

    public TimeSpan? RetryAfter { get; private init; }

    public static Fault From(Exception exception, HttpContext context)
    {
        RequestTimer? timer = context.Features.Get<RequestTimer>();
        return exception switch
        {
            ApiException caller => new Fault(caller.Error, caller.Message, false) { RetryAfter = caller.RetryAfter },
            JsonFaultException json => Invalid(json.Message),
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => TooLarge(context),
            BadHttpRequestException => Invalid("the request body cannot be read"),
            OperationCanceledException when timer?.IsTimeUp == true => Of(ApiError.Timeout, false),
            OperationCanceledException when timer?.IsStopping == true => Stopping,
            IOException full when IsDiskFull(full) => DiskFull,
            IOException or DbException or InvalidDataException => Of(ApiError.Internal, true),
            _ => Of(ApiError.Unknown, true),
        };
    }

    /// <summary>Says in the headers when to come again, if that is known.</summary>
    public void Announce(HttpResponse response)
    {
        if (RetryAfter is { } wait)
        {
            response.Headers.RetryAfter =
                Math.Ceiling(wait.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    private static Fault Stopping { get; } =
        new(ApiError.Internal, $"{DefaultText(ApiError.Internal)}, the server is stopping", false);

    private static Fault DiskFull { get; } =
        new(ApiError.Internal, $"{DefaultText(ApiError.Internal)}, the server's disk is full", true);

    private static bool IsDiskFull(IOException fault) => DiskFullResults.Contains(fault.HResult);

    private static Fault TooLarge(HttpContext context)
    {
        bool hasOwnBound = context.GetEndpoint()?.Metadata.GetMetadata<EndpointRules.BodyLimitRule>() is not null;
        string remedy = hasOwnBound ? "" : "; send less, or raise Edge:JsonBodyBytesMax";
        long? bytesMax = context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize;
        return Invalid($"request body exceeds {bytesMax} bytes{remedy}");
    }

    private static Fault Invalid(string detail) =>
        new(ApiError.InvalidParameters, $"{DefaultText(ApiError.InvalidParameters)}, {detail}", false);

    private static Fault Of(ApiError error, bool isOurs) => new(error, DefaultText(error), isOurs);

    private static string DefaultText(ApiError error) => ApiErrorCatalogue.Find(error).DefaultText;
}
