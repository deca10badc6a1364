using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Cremona.Server.Tests.Files;

public class FilesTests
{
    [Fact]
    public async Task Upload_ComesBackEverywhere_WithSameIdAndBytes()
    {
        await using ServerFixture server = await ServerFixture.StartAsync();

        JsonElement uploaded = await server.Client.TryUploadAsync("{}\n"u8.ToArray(), "行.jsonl", "fine-tune");

        JsonElement file = uploaded.GetProperty("file");
        long id = file.GetProperty("file_id").GetInt64();
        id.ToString(System.Globalization.CultureInfo.InvariantCulture).Length.ShouldBe(15);
        uploaded.GetProperty("file_id").GetInt64().ShouldBe(id);
        file.GetProperty("bytes").GetInt64().ShouldBe(3);
        file.GetProperty("filename").GetString().ShouldBe("行.jsonl");
        file.GetProperty("purpose").GetString().ShouldBe("fine-tune");
        file.TryGetProperty("download_url", out _).ShouldBeFalse();

        JsonElement list = await server.Client.GetJsonAsync("/v1/files/list?purpose=fine-tune");
        list.GetProperty("files")[0].GetRawText().ShouldBe(file.GetRawText());
        JsonElement one = await server.Client.GetJsonAsync($"/v1/files/retrieve?file_id={id}");
        one.GetProperty("file").GetProperty("download_url").GetString().ShouldStartWith(server.Url.ToString());
        (await server.Client.PostJsonAsync("/v1/files/delete", $$"""{"file_id": {{id}}, "purpose": "x"}"""))
            .GetRawText().ShouldBe($$$"""{"file_id":{{{id}}},"base_resp":{"status_code":0,"status_msg":"success"}}""");
        (await server.Client.GetJsonAsync("/v1/files/list")).GetProperty("files").GetArrayLength().ShouldBe(0);
        Directory.GetFiles(Path.Combine(server.DataFolder, "blobs", "files")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("rows.jsonl", "application/octet-stream")]
    [InlineData("rows.json", "application/octet-stream")]
    [InlineData("page.html", "application/octet-stream")]
    [InlineData("result.csv", "text/csv")]
    public async Task RetrieveContent_SendsRawBytes_NeverAsJson(string fileName, string contentType)
    {
        await using ServerFixture server = await ServerFixture.StartAsync();
        long id = await server.Client.UploadAsync("{\"a\":1}\n", fileName);

        using HttpResponseMessage answer =
            await server.Client.GetAsync(new Uri($"/v1/files/retrieve_content?file_id={id}", UriKind.Relative));

        answer.Content.Headers.ContentType!.ToString().ShouldBe(contentType);
        (await answer.Content.ReadAsStringAsync()).ShouldBe("{\"a\":1}\n");
    }

    [Fact]
    public async Task RetrieveContent_HonoursRanges()
    {
        await using ServerFixture server = await ServerFixture.StartAsync();
        long id = await server.Client.UploadAsync("0123456789");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/files/retrieve_content?file_id={id}");
        request.Headers.Range = new RangeHeaderValue(2, 4);

        using HttpResponseMessage answer = await server.Client.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        (await answer.Content.ReadAsStringAsync()).ShouldBe("234");
    }

    [Fact]
    public async Task DownloadUrl_OpensWithoutKey_AndRefusesChanges()
    {
        await using ServerFixture server = await ServerFixture.StartAsync("--Edge:PublicUrl=");
        using HttpClient owner = await server.CreateGroupClientAsync("42");
        using HttpClient anybody = server.CreateClient(null);
        long id = await owner.UploadAsync("secret rows");
        JsonElement one = await owner.GetJsonAsync($"/v1/files/retrieve?file_id={id}");
        string link = one.GetProperty("file").GetProperty("download_url").GetString()!;

        (await anybody.GetStringAsync(new Uri(link))).ShouldBe("secret rows");
        foreach (string forged in new[]
        {
            link.Replace("owner=42", "owner=43", StringComparison.Ordinal),
            link.Replace($"file_id={id}", $"file_id={id + 1}", StringComparison.Ordinal),
            link.Replace("expires=1", "expires=9", StringComparison.Ordinal),
            link[..^1] + (link[^1] == 'A' ? 'B' : 'A') + "x",
        })
        {
            using HttpResponseMessage answer = await anybody.GetAsync(new Uri(forged));
            answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            (await answer.ReadJsonAsync()).StatusMessage().ShouldBe("download link is not valid");
        }
    }

    [Fact]
    public async Task DownloadUrl_Expires()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000));
        await using ServerFixture server = await ServerFixture.StartAsync(new ServerSetup
        {
            Settings = ["--Files:LinkSeconds=60"],
            Configure = services => services.AddSingleton<TimeProvider>(clock),
        });
        long id = await server.Client.UploadAsync("x");
        JsonElement one = await server.Client.GetJsonAsync($"/v1/files/retrieve?file_id={id}");
        var link = new Uri(one.GetProperty("file").GetProperty("download_url").GetString()!);

        clock.Advance(TimeSpan.FromSeconds(60));
        (await server.Client.GetStringAsync(link)).ShouldBe("x");
        clock.Advance(TimeSpan.FromSeconds(1));
        (await server.Client.GetJsonAsync(link.PathAndQuery)).StatusMessage().ShouldBe("download link has expired");
    }

    [Fact]
    public async Task DownloadUrl_UsesThePublicUrl_WhenConfigured()
    {
        await using ServerFixture server =
            await ServerFixture.StartAsync("--Edge:PublicUrl=https://models.example.org");
        long id = await server.Client.UploadAsync("x");

        JsonElement one = await server.Client.GetJsonAsync($"/v1/files/retrieve?file_id={id}");

        one.GetProperty("file").GetProperty("download_url").GetString()
            .ShouldStartWith($"https://models.example.org/v1/files/download?file_id={id}&");
    }

    [Fact]
    public async Task Upload_AcceptsPurposeAfterFile_AndKeepsTheRules()
    {
        await using ServerFixture server = await ServerFixture.StartAsync();

        (await server.Client.TryUploadAsync([1], "a.txt", "retrieval", isPurposeLast: true)).StatusCode().ShouldBe(0);
        JsonElement refused = await server.Client.TryUploadAsync([1], "a.xyz", "voice_clone", isPurposeLast: true);

        refused.StatusMessage().ShouldBe("invalid params, unsupported file type .xyz for purpose voice_clone");
        Directory.GetFiles(Path.Combine(server.DataFolder, "blobs", "files")).Length.ShouldBe(1);
    }

    [Theory]
    [InlineData("xyz", "invalid params, unsupported purpose: xyz")]
    [InlineData("fine-tune-result", "invalid params, unsupported purpose: fine-tune-result")]
    [InlineData(null, "invalid params, binding: expr_path=purpose, cause=missing required parameter")]
    public async Task Upload_RefusesPurpose_LeavingNothing(string? purpose, string text)
    {
        await using ServerFixture server = await ServerFixture.StartAsync();

        foreach (bool isPurposeLast in new[] { false, true })
        {
            JsonElement body = await server.Client.TryUploadAsync([1, 2], "a.txt", purpose, isPurposeLast);
            body.GetRawText().ShouldBe($$$"""{"base_resp":{"status_code":2013,"status_msg":"{{{text}}}"}}""");
        }

        StrayFiles(server).ShouldBeEmpty();
    }

    [Fact]
    public async Task Upload_RefusesMissingOrEmptyFile()
    {
        await using ServerFixture server = await ServerFixture.StartAsync();
        using var form = new MultipartFormDataContent { { new StringContent("retrieval"), "purpose" } };

        JsonElement missing = await server.Client.PostFormAsync("/v1/files/upload", form);
        JsonElement empty = await server.Client.TryUploadAsync([], "a.txt", "retrieval");

        missing.StatusMessage().ShouldBe("invalid params, binding: expr_path=file, cause=missing required parameter");
        empty.StatusMessage().ShouldBe(missing.StatusMessage());
        StrayFiles(server).ShouldBeEmpty();
    }

    [Fact]
    public async Task Upload_RefusesWhatIsNoForm()
    {
        await using ServerFixture server = await ServerFixture.StartAsync();

        JsonElement body = await server.Client.PostJsonAsync("/v1/files/upload", "{}");

        body.StatusMessage().ShouldBe("invalid params, the request body must be multipart/form-data with a boundary");
    }

    [Fact]
    public async Task Upload_RefusesFormThatEndsEarly_LeavingNothing()
    {
        await using ServerFixture server = await ServerFixture.StartAsync();
        using var broken = new ByteArrayContent(Encoding.UTF8.GetBytes(
            "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nhalf a file"));
        broken.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=b");

        using HttpResponseMessage answer =
            await server.Client.PostAsync(new Uri("/v1/files/upload", UriKind.Relative), broken);

        (await answer.ReadJsonAsync()).StatusMessage()
            .ShouldBe("invalid params, the multipart body is broken or ends early");
        StrayFiles(server).ShouldBeEmpty();
    }

    [Fact]
    public async Task Upload_RefusesTooLargeFile_LeavingNothing()
    {
        await using ServerFixture server = await ServerFixture.StartAsync("--Files:FileBytesMax=2048");

        foreach (int bytes in new[] { 2049, 1_000_000 })
        {
            JsonElement body = await server.Client.TryUploadAsync(new byte[bytes], "a.txt", "retrieval");
            body.StatusMessage().ShouldBe("invalid params, file size exceeds 2KB");
        }

        (await server.Client.TryUploadAsync(new byte[2048], "a.txt", "retrieval")).StatusCode().ShouldBe(0);
        StrayFiles(server).Length.ShouldBe(1);
    }

    [Fact]
    public async Task Upload_NeverExceedsTheGroupsQuota_WhenConcurrent()
    {
        await using ServerFixture server = await ServerFixture.StartAsync("--Files:GroupBytesMax=10240");

        JsonElement[] bodies = await Task.WhenAll(Enumerable.Range(0, 20)
            .Select(_ => server.Client.TryUploadAsync(new byte[1024], "a.txt", "retrieval")));

        bodies.Count(body => body.StatusCode() == 0).ShouldBe(10);
        bodies.Where(body => body.StatusCode() != 0)
            .ShouldAllBe(body => body.StatusMessage() == "invalid params, group storage exceeds 10KB");
        StrayFiles(server).Length.ShouldBe(10);
        bodies.Where(body => body.StatusCode() == 0)
            .Select(body => body.GetProperty("file_id").GetInt64()).Distinct().Count().ShouldBe(10);
    }

    [Fact]
    public async Task OtherGroupsFile_IsIndistinguishableFromUnknownFile()
    {
        await using ServerFixture server = await ServerFixture.StartAsync();
        using HttpClient owner = await server.CreateGroupClientAsync("42");
        using HttpClient other = await server.CreateGroupClientAsync("43");
        long id = await owner.UploadAsync("x");
        const long Unknown = 999_999_999_999_999;

        foreach (string path in new[] { "retrieve", "retrieve_content", "delete" })
        {
            string foreign = (await other.PostJsonAsync($"/v1/files/{path}", $$"""{"file_id": {{id}}}""")).GetRawText();
            string unknown =
                (await other.PostJsonAsync($"/v1/files/{path}", $$"""{"file_id": {{Unknown}}}""")).GetRawText();
            foreign.ShouldBe(unknown.Replace($"{Unknown}", $"{id}", StringComparison.Ordinal));
            foreign.ShouldContain($"invalid params, file not found: {id}");
        }

        (await other.GetJsonAsync("/v1/files/list")).GetProperty("files").GetArrayLength().ShouldBe(0);
        (await owner.GetJsonAsync("/v1/files/list")).GetProperty("files").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task Aliases_DoTheSame()
    {
        await using ServerFixture server = await ServerFixture.StartAsync();
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent([1]), "file", "a.txt" },
            { new StringContent("assistants"), "purpose" },
        };

        JsonElement uploaded = await server.Client.PostFormAsync("/v1/files", form);
        long id = uploaded.GetProperty("file_id").GetInt64();
        JsonElement listed = await server.Client.GetJsonAsync("/v1/files?purpose=assistants");
        using HttpResponseMessage deleted =
            await server.Client.DeleteAsync(new Uri($"/v1/files?file_id={id}", UriKind.Relative));

        listed.GetProperty("files").GetArrayLength().ShouldBe(1);
        (await deleted.ReadJsonAsync()).GetProperty("file_id").GetInt64().ShouldBe(id);
    }

    private static string[] StrayFiles(ServerFixture server) =>
    [
        .. Directory.GetFiles(Path.Combine(server.DataFolder, "blobs"), "*", SearchOption.AllDirectories),
        .. Directory.GetFiles(Path.Combine(server.DataFolder, "tmp")),
    ];
}
