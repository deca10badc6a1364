using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Cremona.Server.Tests.Edge;

public sealed class JwtKeyTests : IDisposable
{
    private readonly RSA _key = RSA.Create(2048);
    private readonly string _pemPath = Path.GetTempFileName();

    public JwtKeyTests() => File.WriteAllText(_pemPath, _key.ExportSubjectPublicKeyInfoPem());

    public void Dispose()
    {
        _key.Dispose();
        File.Delete(_pemPath);
    }

    [Fact]
    public async Task Jwt_OpensItsGroup()
    {
        await using ServerFixture server = await StartAsync();

        JsonElement body = await AskAsync(server, Sign(_key, new() { ["GroupID"] = "42", ["UserName"] = "ada" }));

        body.GetProperty("group").GetString().ShouldBe("42");
        body.GetProperty("name").GetString().ShouldBe("ada");
    }

    [Fact]
    public async Task Jwt_TakesANumericGroup()
    {
        await using ServerFixture server = await StartAsync();

        JsonElement body = await AskAsync(server, Sign(_key, new() { ["GroupID"] = 1684765387L }));

        body.GetProperty("group").GetString().ShouldBe("1684765387");
    }

    [Fact]
    public async Task Jwt_OfAnotherKey_IsRefused()
    {
        await using ServerFixture server = await StartAsync();
        using var stranger = RSA.Create(2048);

        JsonElement body = await AskAsync(server, Sign(stranger, new() { ["GroupID"] = "42" }));

        (body.StatusCode(), body.StatusMessage()).ShouldBe((1004, "token is unusable"));
    }

    [Fact]
    public async Task Jwt_WithoutGroup_IsRefused()
    {
        await using ServerFixture server = await StartAsync();

        (await AskAsync(server, Sign(_key, new() { ["UserName"] = "ada" }))).StatusCode().ShouldBe(1004);
    }

    [Theory]
    [InlineData("")]
    [InlineData("acme")]
    [InlineData("-1")]
    [InlineData("12345678901234567890")]
    public async Task Jwt_WithAGroupThatIsNone_IsRefused(string group)
    {
        await using ServerFixture server = await StartAsync();

        (await AskAsync(server, Sign(_key, new() { ["GroupID"] = group }))).StatusCode().ShouldBe(1004);
    }

    [Fact]
    public async Task Jwt_ThatHasExpired_IsRefused()
    {
        await using ServerFixture server = await StartAsync();

        string expired = Sign(_key, new() { ["GroupID"] = "42", ["exp"] = 1_700_000_000L });

        (await AskAsync(server, expired)).StatusCode().ShouldBe(1004);
    }

    [Fact]
    public async Task Jwt_SignedWithThePublicKeyAsSecret_IsRefused()
    {
        await using ServerFixture server = await StartAsync();
        var secret = new SymmetricSecurityKey(File.ReadAllBytes(_pemPath));
        string forged = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
            """{"GroupID":"42"}""", new SigningCredentials(secret, SecurityAlgorithms.HmacSha256));

        (await AskAsync(server, forged)).StatusCode().ShouldBe(1004);
    }

    [Fact]
    public async Task Jwt_Unsigned_IsRefused()
    {
        await using ServerFixture server = await StartAsync();
        string unsigned = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }
            .CreateToken("""{"GroupID":"42"}""");

        (await AskAsync(server, unsigned)).StatusCode().ShouldBe(1004);
    }

    [Fact]
    public async Task Jwt_Configured_ClosesOpenMode()
    {
        await using ServerFixture server = await StartAsync();

        (await AskAsync(server, "anything")).StatusCode().ShouldBe(1004);
    }

    [Fact]
    public async Task Jwt_GroupMustMatch()
    {
        await using ServerFixture server = await StartAsync();

        JsonElement body = await AuthorizationTests.AskAsync(
            server, "/test/who?GroupId=43", "Authorization", Sign(_key, new() { ["GroupID"] = "42" }));

        body.StatusMessage().ShouldBe("token not match group");
    }

    [Fact]
    public async Task Start_Fails_WhenThePublicKeyIsNone()
    {
        await File.WriteAllTextAsync(_pemPath, "no key");

        var fault = await Should.ThrowAsync<InvalidOperationException>(StartAsync);

        fault.Message.ShouldContain("Edge:JwtPublicKeyPath");
    }

    private Task<ServerFixture> StartAsync() => AuthorizationTests.StartAsync($"--Edge:JwtPublicKeyPath={_pemPath}");

    private static Task<JsonElement> AskAsync(ServerFixture server, string key) =>
        AuthorizationTests.AskAsync(server, "/test/who", "Authorization", $"Bearer {key}");

    private static string Sign(RSA key, Dictionary<string, object> claims) =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
            JsonSerializer.Serialize(claims),
            new SigningCredentials(new RsaSecurityKey(key), SecurityAlgorithms.RsaSha256));
}
