namespace Cremona.Cli.Demo;

/// <summary>Where the demo keeps what it makes: an ordinary data folder, with the rows it teaches beside.</summary>
public sealed class DemoFolder
{
    private DemoFolder(string root) => Root = root;

    /// <summary>The server's data folder.</summary>
    public string Root { get; }

    /// <summary>The training and the validation file.</summary>
    public string Rows => Path.Combine(Root, "demo");

    /// <summary>What the server prints.</summary>
    public string Log => Path.Combine(Root, "server.log");

    /// <param name="path">The folder asked for; null for a new one among the temporary files, which is kept.</param>
    public static DemoFolder Choose(string? path) => new(path is null
        ? Directory.CreateTempSubdirectory("cremona-demo-").FullName
        : Path.GetFullPath(path));

    public void Create() => Directory.CreateDirectory(Root);

    /// <summary>The folder of a job's adapter.</summary>
    public string FindAdapter(string jobId) => Path.Combine(Root, "blobs", "adapters", jobId);
}
