namespace Cremona.Server.Tests.Models.Upstream;

/// <summary>The real server with a model <c>far</c> that other servers run.</summary>
public static class UpstreamServer
{
    public static Task<ServerFixture> StartAsync(IReadOnlyList<string> urls, params string[] settings) =>
        ServerFixture.StartAsync(
        [
            .. urls.Select((url, index) => Setting($"Urls:{index}={url}")), Setting("Model=remote/name"),
            Setting("RetriesMax=1"), .. settings,
        ]);

    public static string Setting(string assignment) => $"--Models:Entries:far:Upstream:{assignment}";
}
