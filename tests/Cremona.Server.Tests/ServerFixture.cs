using Cremona.Server.Edge.Keys;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Cremona.Server.Tests;

/// <summary>The real server on a free loopback port with its own data folder, which is removed at the end.</summary>
public sealed class ServerFixture : IAsyncDisposable
{
    private readonly SocketsHttpHandler _handler = new() { AllowAutoRedirect = false };
    private readonly bool _keepsFolder;

    private ServerFixture(WebApplication app, string dataFolder, bool keepsFolder)
    {
        App = app;
        DataFolder = dataFolder;
        _keepsFolder = keepsFolder;
        Client = CreateClient("sk-any");
    }

    public WebApplication App { get; }

    public string DataFolder { get; }

    /// <summary>Sends <c>Authorization: Bearer sk-any</c>, which opens the door in open mode.</summary>
    public HttpClient Client { get; }

    public IServiceProvider Services => App.Services;

    public Uri Url => new(App.Urls.First());

    /// <param name="settings">As on the command line: <c>--Edge:JsonDepthMax=8</c>.</param>
    public static Task<ServerFixture> StartAsync(params string[] settings) =>
        StartAsync(new ServerSetup { Settings = settings });

    public static Task<ServerFixture> StartAsync(
        string? dataFolder, Action<IServiceCollection>? configure, params string[] settings) =>
        StartAsync(new ServerSetup { DataFolder = dataFolder, Configure = configure, Settings = settings });

    public static async Task<ServerFixture> StartAsync(ServerSetup setup)
    {
        string folder = setup.DataFolder ?? Directory.CreateTempSubdirectory("cremona-test-").FullName;
        string[] args =
        [
            "--urls", "http://127.0.0.1:0", "--data", folder, "--Logging:LogLevel:Default=Warning",
            "--Logging:LogLevel:Microsoft.Hosting.Lifetime=Warning", "--Models:Preloaded=", .. setup.Settings,
        ];
        WebApplication app = ServerProgram.Build(args, setup.Configure);
        setup.Map?.Invoke(app);
        await app.StartAsync();
        return new ServerFixture(app, folder, setup.DataFolder is not null);
    }

    /// <summary>Makes a key, which closes open mode, and returns a client that carries it.</summary>
    public async Task<HttpClient> CreateGroupClientAsync(string groupId) => CreateClient(await CreateKeyAsync(groupId));

    public Task<string> CreateKeyAsync(string groupId) =>
        Services.GetRequiredService<KeyStore>().CreateAsync(groupId, "test", CancellationToken.None);

    /// <param name="key">Null: no Authorization header.</param>
    public HttpClient CreateClient(string? key)
    {
        var client = new HttpClient(_handler, disposeHandler: false) { BaseAddress = Url };
        if (key is not null)
        {
            client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        }

        return client;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        _handler.Dispose();
        await App.StopAsync();
        await App.DisposeAsync();
        if (!_keepsFolder)
        {
            Directory.Delete(DataFolder, recursive: true);
        }
    }
}
