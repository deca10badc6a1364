using Cremona.Protocol.Files;
using Cremona.Server.Edge;
using Cremona.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Cremona.Server.Files;

/// <summary>The files of a group: upload, list, retrieve, content, delete.</summary>
public static class FilesEndpoints
{
    /// <summary>What a form adds to its file: boundaries and fields.</summary>
    private const long FormBytesMax = 1 << 20;

    /// <summary>Up to this multiple of the bound a file that is too large is read to its end, so that the client sees
    /// why; beyond it the connection closes.</summary>
    private const int RefusedFactorMax = 4;

    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Post];

    public static RouteGroupBuilder MapFiles(this IEndpointRouteBuilder routes)
    {
        FilesOptions options = routes.ServiceProvider.GetRequiredService<IOptions<FilesOptions>>().Value;
        var transferTime = TimeSpan.FromSeconds(options.TransferSecondsMax);
        RouteGroupBuilder group = routes.MapGroup("/v1/files");

        MapUpload("/upload").WithName("files_upload").WithSummary("Upload a file");
        group.MapMethods("/list", Reading, ListAsync).WithName("files_list").WithSummary("List files");
        group.MapMethods("/retrieve", Reading, RetrieveAsync).WithName("files_retrieve").WithSummary("One file");
        group.MapMethods("/retrieve_content", Reading, RetrieveContentAsync).WithTimeLimit(transferTime)
            .WithName("files_retrieve_content").WithSummary("The bytes of a file");
        group.MapPost("/delete", DeleteAsync).WithName("files_delete").WithSummary("Delete a file");
        group.MapGet("/download", DownloadAsync).WithoutKey().WithHttpStatuses().WithTimeLimit(transferTime)
            .WithName("files_download").WithSummary("The bytes of a file behind its signed link");

        // An older command-line client uses these.
        MapUpload("");
        group.MapGet("", ListAsync);
        group.MapDelete("", DeleteAsync);
        return group;

        RouteHandlerBuilder MapUpload(string pattern) => group.MapPost(pattern, UploadAsync)
            .ReadsOwnBody().WithTimeLimit(transferTime)
            .WithBodyLimit((RefusedFactorMax * options.FileBytesMax) + FormBytesMax);
    }

    private static async Task<UploadFileResponse> UploadAsync(
        HttpRequest request, Caller caller, RequestParameters parameters, FilesService files,
        IOptions<FilesOptions> options, CancellationToken cancellationToken)
    {
        IAsyncEnumerable<UploadPart> parts =
            MultipartUpload.StreamPartsAsync(request, options.Value.PartsMax, cancellationToken);
        try
        {
            return FilesWire.Uploaded(
                await files.UploadAsync(caller.GroupId, parameters.FindString("purpose"), parts, cancellationToken));
        }
        catch (ApiException)
        {
            // Most clients read an answer only after they have sent everything.
            await request.Body.CopyToAsync(Stream.Null, cancellationToken);
            throw;
        }
        catch (BadHttpRequestException fault) when (fault.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw ApiException.InvalidParameters($"file size exceeds {ByteText.Format(options.Value.FileBytesMax)}");
        }
    }

    private static async Task<ListFilesResponse> ListAsync(
        Caller caller, RequestParameters parameters, IFileStore files, CancellationToken cancellationToken)
    {
        string? purpose = parameters.FindString("purpose");
        if (purpose is not null)
        {
            FilePurposes.CheckKnown(purpose);
        }

        return FilesWire.Listed(await files.ListAsync(caller.GroupId, purpose, cancellationToken));
    }

    private static async Task<RetrieveFileResponse> RetrieveAsync(
        HttpRequest request, Caller caller, RequestParameters parameters, FilesService files, DownloadLinks links,
        CancellationToken cancellationToken)
    {
        StoredFile file = await files.GetAsync(caller.GroupId, GetFileId(parameters), cancellationToken);
        return FilesWire.Retrieved(file, await links.CreateAsync(file, request, cancellationToken));
    }

    private static async Task<FileStreamHttpResult> RetrieveContentAsync(
        HttpResponse response, Caller caller, RequestParameters parameters, FilesService files, IBlobStore blobs,
        CancellationToken cancellationToken) => SendContent(
            response, await files.GetAsync(caller.GroupId, GetFileId(parameters), cancellationToken), blobs);

    private static async Task<FileStreamHttpResult> DownloadAsync(
        HttpResponse response, RequestParameters parameters, FilesService files, IBlobStore blobs, DownloadLinks links,
        CancellationToken cancellationToken)
    {
        string owner = parameters.GetString("owner");
        long fileId = GetFileId(parameters);
        await links.CheckAsync(
            owner, fileId, parameters.GetInteger("expires"), parameters.GetString("signature"), cancellationToken);
        return SendContent(response, await files.GetAsync(owner, fileId, cancellationToken), blobs);
    }

    private static async Task<DeleteFileResponse> DeleteAsync(
        Caller caller, RequestParameters parameters, FilesService files, CancellationToken cancellationToken)
    {
        long fileId = GetFileId(parameters);
        await files.DeleteAsync(caller.GroupId, fileId, cancellationToken);
        return FilesWire.Deleted(fileId);
    }

    private static long GetFileId(RequestParameters parameters) =>
        parameters.FindInteger("file_id") ?? throw ApiException.Missing("file_id");

    private static FileStreamHttpResult SendContent(HttpResponse response, StoredFile file, IBlobStore blobs)
    {
        response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.Stream(
            blobs.OpenRead(file.BlobKey), FilesWire.ContentType(file.FileName), file.FileName,
            DateTimeOffset.FromUnixTimeSeconds(file.CreatedAtSeconds),
            new EntityTagHeaderValue($"\"{file.Sha256}\""), enableRangeProcessing: true);
    }
}
