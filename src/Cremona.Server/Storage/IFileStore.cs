using System.Data.Common;

namespace Cremona.Server.Storage;

/// <summary>Rows of files, shared by every room that reads or writes files. An id of another group behaves like an
/// unknown id.</summary>
public interface IFileStore
{
    /// <summary>Adds the row; the blob must already be in place. With a transaction the row appears with the caller's
    /// commit.</summary>
    Task AddAsync(StoredFile file, DbTransaction? transaction, CancellationToken cancellationToken);

    /// <summary>Adds the row unless the group's files would then exceed the bound. False: nothing was added.</summary>
    Task<bool> TryAddAsync(StoredFile file, long groupBytesMax, CancellationToken cancellationToken);

    Task<StoredFile?> FindAsync(string groupId, long id, CancellationToken cancellationToken);

    /// <summary>Ascending by creation; a null purpose lists all.</summary>
    Task<IReadOnlyList<StoredFile>> ListAsync(string groupId, string? purpose, CancellationToken cancellationToken);

    /// <summary>Removes the row and then the blob. False when there was nothing to delete or a job holds the
    /// file.</summary>
    Task<bool> DeleteAsync(string groupId, long id, CancellationToken cancellationToken);

    /// <summary>Bytes of all files of the group.</summary>
    Task<long> SumBytesAsync(string groupId, CancellationToken cancellationToken);

    /// <summary>Marks a file as in use by an unfinished job; such a file cannot be deleted. Rows vanish with
    /// <see cref="ReleaseAsync"/>.</summary>
    Task HoldAsync(long fileId, string holder, DbTransaction transaction, CancellationToken cancellationToken);

    /// <summary>Releases every file the holder held.</summary>
    Task ReleaseAsync(string holder, DbTransaction transaction, CancellationToken cancellationToken);

    /// <summary>The first holder of the file, or null when it may be deleted.</summary>
    Task<string?> FindHolderAsync(long fileId, CancellationToken cancellationToken);
}
