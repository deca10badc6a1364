using Cremona.Cli.Client;
using Cremona.Cli.Demo;

namespace Cremona.EndToEnd.Tests;

/// <summary>The real server in its own process on a free loopback port: <c>cremona serve</c>, as a user starts
/// it.</summary>
public sealed class RealServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    private RealServer(CremonaProcess process, string dataFolder, Uri address)
    {
        Process = process;
        DataFolder = dataFolder;
        Address = address;
        Client = new CremonaClient(address, "any");
        Http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address };
        Http.DefaultRequestHeaders.Add("Authorization", "Bearer any");
    }

    public CremonaProcess Process { get; }

    public string DataFolder { get; }

    public Uri Address { get; }

    /// <summary>The command line's own client. The server is in open mode unless the test made a key.</summary>
    public CremonaClient Client { get; }

    /// <summary>For requests the typed client cannot say.</summary>
    public HttpClient Http { get; }

    /// <summary>Starts on this data folder and waits until it listens. A killed server is started again by another
    /// call.</summary>
    /// <param name="dataFolder">May be new, or left by a server before.</param>
    /// <param name="settings">Settings as <c>Section:Name=value</c>.</param>
    public static async Task<RealServer> StartAsync(string dataFolder, params string[] settings)
    {
        CremonaProcess process = CremonaProcess.Start(
            ["serve", "--urls", "http://127.0.0.1:0", "--data", dataFolder, "--exit-with-parent",
            .. settings.SelectMany(setting => new[] { "--set", setting })]);
        try
        {
            string line = await process.WaitForLineAsync(ServerProcess.ReadyPrefix, StartLimit);
            return new RealServer(process, dataFolder, new Uri(line[ServerProcess.ReadyPrefix.Length..]));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary><c>kill -9</c>.</summary>
    public Task KillAsync() => Process.KillAsync();

    /// <summary>Stops as an operator does, within the 10 s the server promises.</summary>
    /// <returns>The exit code.</returns>
    public Task<int> StopAsync()
    {
        Process.Signal("TERM");
        return Process.WaitForExitAsync(StopLimit);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Http.Dispose();
        await Process.DisposeAsync();
    }
}
