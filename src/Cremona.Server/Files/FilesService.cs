using System.Text;
using Cremona.Server.Edge;
using Cremona.Server.Storage;
using Microsoft.Extensions.Options;

namespace Cremona.Server.Files;

/// <summary>Takes uploads and deletions. The order of an upload is: blob under a temporary name, fsync, rename, then
/// the row; whatever fails on the way leaves neither.</summary>
public sealed class FilesService(IFileStore files, IBlobStore blobs, IOptions<FilesOptions> options, TimeProvider clock)
{
    private const int PurposeBytesMax = 256;

    private readonly FilesOptions _options = options.Value;

    /// <param name="groupId">The owner.</param>
    /// <param name="purpose">The purpose when the query named it; otherwise a part does, before or after the
    /// file.</param>
    /// <param name="parts">The multipart body.</param>
    /// <exception cref="ApiException">2013: a part is missing, does not fit, or is too large.</exception>
    public async Task<StoredFile> UploadAsync(
        string groupId, string? purpose, IAsyncEnumerable<UploadPart> parts, CancellationToken cancellationToken)
    {
        long id = Ids.NewFileId(clock);
        string blobKey = $"files/{id}";
        string? fileName = null;
        BlobDigest? digest = null;
        try
        {
            await foreach (UploadPart part in parts.WithCancellation(cancellationToken))
            {
                switch (part.Name)
                {
                    case "purpose":
                        string text = await ReadTextAsync(part.Content, cancellationToken);
                        purpose = text.Length > 0 ? text : purpose;
                        break;
                    case "file" when digest is not null:
                        throw ApiException.InvalidParameters("only one file per upload");
                    case "file":
                        fileName = part.FileName ?? "file";
                        await CheckBeforeAsync(groupId, purpose, fileName, cancellationToken);
                        digest = await WriteAsync(blobKey, purpose, part.Content, cancellationToken);
                        break;
                    default:
                        break; // Unknown parts are ignored, like unknown keys.
                }
            }

            StoredFile file = Check(id, groupId, purpose, fileName, digest, blobKey);
            return await files.TryAddAsync(file, _options.GroupBytesMax, cancellationToken) ? file : throw GroupFull();
        }
        catch when (digest is not null)
        {
            await DropBlobAsync(groupId, id, blobKey);
            throw;
        }
    }

    /// <exception cref="ApiException">2013: there is no such file, or an unfinished job reads it.</exception>
    public async Task DeleteAsync(string groupId, long id, CancellationToken cancellationToken)
    {
        if (await files.DeleteAsync(groupId, id, cancellationToken))
        {
            return;
        }

        StoredFile file = await GetAsync(groupId, id, cancellationToken);
        string? holder = await files.FindHolderAsync(file.Id, cancellationToken);
        throw holder is null
            ? NotFound(id)
            : ApiException.InvalidParameters($"file {id} is used by unfinished job {holder}");
    }

    /// <exception cref="ApiException">2013: there is no such file.</exception>
    public async Task<StoredFile> GetAsync(string groupId, long id, CancellationToken cancellationToken) =>
        await files.FindAsync(groupId, id, cancellationToken) ?? throw NotFound(id);

    /// <summary>Takes the blob of a failed upload back. A lost connection may hide a commit that succeeded, so the row
    /// decides; if it cannot be read, the next start sweeps.</summary>
    private async Task DropBlobAsync(string groupId, long id, string blobKey)
    {
        if (await files.FindAsync(groupId, id, CancellationToken.None) is null)
        {
            await blobs.DeleteAsync(blobKey, CancellationToken.None);
        }
    }

    private async Task CheckBeforeAsync(
        string groupId, string? purpose, string fileName, CancellationToken cancellationToken)
    {
        if (purpose is not null)
        {
            FilePurposes.CheckUploadable(purpose);
            FilePurposes.CheckFileName(purpose, fileName);
        }

        if (fileName.Length > _options.FileNameCharactersMax)
        {
            throw ApiException.InvalidParameters($"filename exceeds {_options.FileNameCharactersMax} characters");
        }

        if (await files.SumBytesAsync(groupId, cancellationToken) >= _options.GroupBytesMax)
        {
            throw GroupFull();
        }
    }

    private async Task<BlobDigest> WriteAsync(
        string blobKey, string? purpose, Stream content, CancellationToken cancellationToken)
    {
        long bytesMax = BytesMax(purpose);
        try
        {
            return await blobs.WriteAsync(blobKey, content, bytesMax, cancellationToken);
        }
        catch (BlobTooLargeException)
        {
            throw TooLarge(bytesMax);
        }
    }

    private StoredFile Check(
        long id, string groupId, string? purpose, string? fileName, BlobDigest? digest, string blobKey)
    {
        if (purpose is null)
        {
            throw ApiException.Missing("purpose");
        }

        FilePurposes.CheckUploadable(purpose);
        if (digest is null || digest.Bytes == 0)
        {
            throw ApiException.Missing("file");
        }

        // The purpose may have come after the file.
        FilePurposes.CheckFileName(purpose, fileName!);
        if (digest.Bytes > BytesMax(purpose))
        {
            throw TooLarge(BytesMax(purpose));
        }

        return new StoredFile(
            id, groupId, digest.Bytes, clock.GetUtcNow().ToUnixTimeSeconds(), fileName!, purpose,
            digest.Sha256, blobKey);
    }

    private long BytesMax(string? purpose) => purpose == FilePurposes.VoiceClone
        ? Math.Min(_options.VoiceCloneBytesMax, _options.FileBytesMax)
        : _options.FileBytesMax;

    private static async Task<string> ReadTextAsync(Stream content, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[PurposeBytesMax + 1];
        int length = await content.ReadAtLeastAsync(
            buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return length <= PurposeBytesMax
            ? Encoding.UTF8.GetString(buffer, 0, length).Trim()
            : throw ApiException.InvalidParameters($"purpose exceeds {PurposeBytesMax} bytes");
    }

    private static ApiException NotFound(long id) => ApiException.InvalidParameters($"file not found: {id}");

    private static ApiException TooLarge(long bytesMax) =>
        ApiException.InvalidParameters($"file size exceeds {ByteText.Format(bytesMax)}");

    private ApiException GroupFull() =>
        ApiException.InvalidParameters($"group storage exceeds {ByteText.Format(_options.GroupBytesMax)}");
}
