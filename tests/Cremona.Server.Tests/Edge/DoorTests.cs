using System.Net;
using System.Text.Json;

namespace Cremona.Server.Tests.Edge;

public class DoorTests
{
    [Fact]
    public async Task Health_AnswersWithoutKey()
    {
        await using ServerFixture server = await ServerFixture.StartAsync();
        using HttpClient anybody = server.CreateClient(null);

        using HttpResponseMessage answer = await anybody.GetAsync(new Uri("/healthz", UriKind.Relative));

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.ToString().ShouldBe("application/json; charset=utf-8");
        answer.Headers.GetValues("Trace-Id").Single().ShouldMatch("^[0-9a-f]{32}$");
        (await answer.Content.ReadAsStringAsync()).ShouldBe(
            """{"status":"alive","faults":{},"base_resp":{"status_code":0,"status_msg":"success"}}""");
        JsonElement ready = await anybody.GetJsonAsync("/readyz");
        ready.GetProperty("status").GetString().ShouldBe("ready");
    }

    [Fact]
    public async Task UnknownRoute_Answers404WithEnvelopeAndTrace()
    {
        await using ServerFixture server = await ServerFixture.StartAsync();

        using HttpResponseMessage answer = await server.Client.GetAsync(new Uri("/v1/nothing", UriKind.Relative));

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        answer.Headers.Contains("Trace-Id").ShouldBeTrue();
        (await answer.ReadJsonAsync()).StatusCode().ShouldBe(2013);
    }

    [Fact]
    public async Task WrongMethod_Answers405WithEnvelopeAndTrace()
    {
        await using ServerFixture server = await ServerFixture.StartAsync();

        using HttpResponseMessage answer = await server.Client.DeleteAsync(new Uri("/healthz", UriKind.Relative));

        answer.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        answer.Headers.Contains("Trace-Id").ShouldBeTrue();
        (await answer.ReadJsonAsync()).StatusCode().ShouldBe(2013);
    }
}
