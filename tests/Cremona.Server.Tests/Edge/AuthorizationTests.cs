using System.Text.Json;
using Cremona.Server.Edge;
using Cremona.Server.Edge.Keys;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Cremona.Server.Tests.Edge;

public class AuthorizationTests
{
    private const string MissingKey =
        "login fail: Please carry the API secret key in the 'Authorization' field of the request header";

    [Theory]
    [InlineData("Authorization", "Bearer {0}")]
    [InlineData("authorization", "bearer {0}")]
    [InlineData("authorization", "Bear {0}")]
    [InlineData("AUTHORIZATION", "BEAR   {0} ")]
    [InlineData("Authorization", "{0}")]
    public async Task Key_IsReadInEveryForm(string header, string form)
    {
        await using ServerFixture server = await StartAsync();
        string key = await server.CreateKeyAsync("42");

        JsonElement body = await AskAsync(
            server, "/test/who", header, form.Replace("{0}", key, StringComparison.Ordinal));

        body.GetProperty("group").GetString().ShouldBe("42");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    public async Task MissingKey_IsRefused_EvenInOpenMode(string? value)
    {
        await using ServerFixture server = await StartAsync();

        JsonElement body = await AskAsync(server, "/test/who", "Authorization", value);

        body.GetRawText().ShouldBe($$$"""{"base_resp":{"status_code":1004,"status_msg":"{{{MissingKey}}}"}}""");
    }

    [Theory]
    [InlineData("Bear $API_KEY", "/test/who?$GroupId", "1000000000")]
    [InlineData("Bearer whatever", "/test/who", "1000000000")]
    [InlineData("Bearer whatever", "/test/who?1684765387", "1684765387")]
    [InlineData("Bearer whatever", "/test/who?GroupId=7", "7")]
    public async Task OpenMode_TakesAnyKeyAndTheGivenGroup(string value, string path, string group)
    {
        await using ServerFixture server = await StartAsync();

        (await AskAsync(server, path, "Authorization", value)).GetProperty("group").GetString().ShouldBe(group);
    }

    [Fact]
    public async Task OpenMode_EndsWithTheFirstKey_AndNeverComesBack()
    {
        await using ServerFixture server = await StartAsync();
        KeyStore keys = server.Services.GetRequiredService<KeyStore>();
        string key = await keys.CreateAsync("42", "first", CancellationToken.None);

        (await AskAsync(server, "/test/who", "Authorization", "Bearer other")).StatusMessage()
            .ShouldBe("token is unusable");
        AccessKey listed = (await keys.ListAsync(CancellationToken.None)).Single();
        (listed.GroupId, listed.Name, listed.RevokedAtMs).ShouldBe(("42", "first", 0));
        (await keys.RevokeAsync(listed.Id, CancellationToken.None)).ShouldBeTrue();
        (await keys.RevokeAsync(listed.Id, CancellationToken.None)).ShouldBeFalse();

        (await AskAsync(server, "/test/who", "Authorization", $"Bearer {key}")).StatusCode().ShouldBe(1004);
    }

    [Theory]
    [InlineData("http://127.0.0.1:80", true)]
    [InlineData("http://[::1]:80", true)]
    [InlineData("http://localhost:80", true)]
    [InlineData("http://0.0.0.0:80", false)]
    [InlineData("http://[::]:80", false)]
    [InlineData("http://*:80", false)]
    [InlineData("http://192.168.1.5:80", false)]
    public async Task OpenMode_NeedsALoopbackListener(string address, bool isOpen)
    {
        await using ServerFixture server = await StartAsync();
        using var listener = new FakeServer("http://127.0.0.1:80", address);
        var openMode = new OpenMode(
            listener, server.Services.GetRequiredService<KeyStore>(), server.Services.GetRequiredService<JwtKeys>());

        (await openMode.IsOpenAsync(CancellationToken.None)).ShouldBe(isOpen);
    }

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("LocalHost:8737", true)]
    [InlineData("127.0.0.1:8737", true)]
    [InlineData("[::1]:8737", true)]
    [InlineData("models.example.org", true)]
    [InlineData("evil.example", false)]
    [InlineData("127.0.0.1.evil.example:8737", false)]
    public async Task OpenMode_AnswersNoNameThatAnybodyMayLeadHere(string host, bool isAnswered)
    {
        await using ServerFixture server = await StartAsync("--Edge:PublicUrl=https://models.example.org");

        (int open, string text) = await AskUnderAsync(server.Client, host);
        using HttpClient withKey = await server.CreateGroupClientAsync("42");
        (int closed, _) = await AskUnderAsync(withKey, host);

        (open, text).ShouldBe(isAnswered
            ? (0, "")
            : (1004, "open mode answers only http://localhost or 127.0.0.1; make a key to use another name"));
        closed.ShouldBe(0);

        static async Task<(int Code, string Text)> AskUnderAsync(HttpClient client, string host)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/test/who");
            request.Headers.Host = host;
            using HttpResponseMessage answer = await client.SendAsync(request);
            JsonElement body = await answer.ReadJsonAsync();
            return body.TryGetProperty("group", out _) ? (0, "") : (body.StatusCode(), body.StatusMessage());
        }
    }

    [Theory]
    [InlineData("?GroupId=42")]
    [InlineData("?groupid=42")]
    [InlineData("?GROUPID=42&x=1")]
    [InlineData("?$GroupId=42")]
    [InlineData("?$GroupId")]
    [InlineData("?GroupId=$GroupId")]
    [InlineData("?GroupId=")]
    [InlineData("?GroupId")]
    [InlineData("?42")]
    [InlineData("?GroupId=${group_id}")]
    [InlineData("")]
    public async Task Group_IsReadInEveryForm(string query)
    {
        await using ServerFixture server = await StartAsync();
        string key = await server.CreateKeyAsync("42");

        JsonElement body = await AskAsync(server, "/test/who" + query, "Authorization", key);

        body.GetProperty("group").GetString().ShouldBe("42");
    }

    [Theory]
    [InlineData("?GroupId=43")]
    [InlineData("?groupid=43")]
    [InlineData("?$GroupId=43")]
    [InlineData("?43")]
    public async Task Group_MustBeTheKeys(string query)
    {
        await using ServerFixture server = await StartAsync();
        string key = await server.CreateKeyAsync("42");

        JsonElement body = await AskAsync(server, "/test/who" + query, "Authorization", key);

        body.GetRawText().ShouldBe(
            """{"base_resp":{"status_code":1004,"status_msg":"token not match group"}}""");
    }

    [Theory]
    [InlineData("?GroupId=1234567890123456789", 0)]
    [InlineData("?GroupId=12345678901234567890", 2013)]
    [InlineData("?$GroupId=12345678901234567890", 2013)]
    [InlineData("?12345678901234567890", 2013)]
    public async Task Group_HasAtMost19Digits_InOpenMode(string query, int code)
    {
        await using ServerFixture server = await StartAsync();

        JsonElement body = await AskAsync(server, "/test/who" + query, "Authorization", "Bearer whatever");

        if (code == 0)
        {
            body.GetProperty("group").GetString().ShouldBe("1234567890123456789");
            return;
        }

        (body.StatusCode(), body.StatusMessage())
            .ShouldBe((code, "invalid params, GroupId must be 1 to 19 digits"));
    }

    [Fact]
    public async Task UnknownKey_Is2049_WhenAskedFor()
    {
        await using ServerFixture server = await StartAsync("--Edge:UseInvalidApiKeyCode=true");
        await server.CreateKeyAsync("42");

        JsonElement body = await AskAsync(server, "/test/who", "Authorization", "Bearer sk-other");

        (body.StatusCode(), body.StatusMessage()).ShouldBe((2049, "invalid api key"));
    }

    [Fact]
    public async Task Keys_NeedADigitGroup()
    {
        await using ServerFixture server = await StartAsync();

        await Should.ThrowAsync<ArgumentException>(() => server.CreateKeyAsync("acme"));
    }

    internal static Task<ServerFixture> StartAsync(params string[] settings) => ServerFixture.StartAsync(
        new ServerSetup { Settings = settings, Map = app => app.MapGet("/test/who", Who) });

    internal static async Task<JsonElement> AskAsync(ServerFixture server, string path, string header, string? value)
    {
        using HttpClient client = server.CreateClient(null);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (value is not null)
        {
            request.Headers.TryAddWithoutValidation(header, value);
        }

        using HttpResponseMessage answer = await client.SendAsync(request);
        return await answer.ReadJsonAsync();
    }

    private static Dictionary<string, string?> Who(Caller caller) =>
        new() { ["group"] = caller.GroupId, ["name"] = caller.KeyName };

    private sealed class FakeServer : IServer, IServerAddressesFeature
    {
        public FakeServer(params string[] addresses)
        {
            Addresses = addresses;
            Features.Set<IServerAddressesFeature>(this);
        }

        public ICollection<string> Addresses { get; }

        public bool PreferHostingUrls { get; set; }

        public IFeatureCollection Features { get; } = new FeatureCollection();

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
            where TContext : notnull => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
        }
    }
}
