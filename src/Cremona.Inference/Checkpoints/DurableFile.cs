namespace Cremona.Inference.Checkpoints;

/// <summary>Writes a file so that a reader sees the old content or the new, never a part: temporary name in the same
/// folder, flush to disk, rename, flush of the folder.</summary>
public static class DurableFile
{
    /// <summary>Writes the file; nothing is left behind when <paramref name="write"/> throws.</summary>
    /// <exception cref="IOException">The disk is full or failed.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        string temporary = path + ".tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }

        DurableFolder.Flush(folder);
    }
}
