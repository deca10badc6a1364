using System.ComponentModel.DataAnnotations;

namespace Cremona.Server.Storage;

/// <summary>Section <c>Storage</c>: where rows and blobs lie.</summary>
public sealed class StorageOptions
{
    public const string Section = "Storage";

    /// <summary>Folder of the database, blobs, job folders and temporary files. Default <c>cremona-data</c> in the
    /// working folder; also <c>--data DIR</c>.</summary>
    [Required(ErrorMessage = "Storage:DataFolder is empty; name a folder, for example with --data DIR.")]
    public string DataFolder { get; set; } = "cremona-data";

    /// <summary>A PostgreSQL connection string. Empty (default): the SQLite file <c>cremona.db</c> in the data
    /// folder.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>How long a statement waits for another writer of the SQLite file, in seconds. Default 30, range 1 to
    /// 600.</summary>
    [Range(1, 600)]
    public int BusyTimeoutSeconds { get; set; } = 30;

    /// <summary>Free bytes of the data folder's disk below which the server is not ready. Default 64 MiB, range 0 to 1
    /// TiB.</summary>
    [Range(0, 1L << 40)]
    public long FreeDiskBytesMin { get; set; } = 64L << 20;
}
