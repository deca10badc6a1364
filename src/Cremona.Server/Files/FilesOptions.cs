using System.ComponentModel.DataAnnotations;

namespace Cremona.Server.Files;

/// <summary>Section <c>Files</c>: bounds of uploads and of download links.</summary>
public sealed class FilesOptions
{
    public const string Section = "Files";

    /// <summary>Bytes of one file. Default 512 MiB, range 1 KiB to 1 TiB.</summary>
    [Range(1024, 1L << 40)]
    public long FileBytesMax { get; set; } = 512L << 20;

    /// <summary>Bytes of all files of one group. Default 100 GiB, range 1 KiB to 1 PiB.</summary>
    [Range(1024, 1L << 50)]
    public long GroupBytesMax { get; set; } = 100L << 30;

    /// <summary>Bytes of a file for voice cloning. Default 20 MiB, range 1 KiB to 1 TiB.</summary>
    [Range(1024, 1L << 40)]
    public long VoiceCloneBytesMax { get; set; } = 20L << 20;

    /// <summary>Characters of a file name. Default 255, range 16 to 4096.</summary>
    [Range(16, 4096)]
    public int FileNameCharactersMax { get; set; } = 255;

    /// <summary>Parts of one multipart body. Default 16, range 2 to 1000.</summary>
    [Range(2, 1000)]
    public int PartsMax { get; set; } = 16;

    /// <summary>Seconds one upload or download may take. Default 3600, range 1 to 86 400.</summary>
    [Range(1, 86_400)]
    public double TransferSecondsMax { get; set; } = 3600;

    /// <summary>Seconds a download link is valid. Default 86 400, range 1 to 31 536 000.</summary>
    [Range(1, 31_536_000)]
    public long LinkSeconds { get; set; } = 86_400;
}
