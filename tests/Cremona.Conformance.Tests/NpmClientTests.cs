using System.Diagnostics;
using Cremona.Inference.Templates;
using Cremona.Server.Models;
using Cremona.Server.Tests;
using Cremona.Server.Tests.Chat;
using Cremona.Server.Tests.Models;
using Microsoft.Extensions.DependencyInjection;

namespace Cremona.Conformance.Tests;

/// <summary>Real clients against the real server. <c>CREMONA_TEST_NPM</c> names the node_modules folder that
/// <c>npm install --legacy-peer-deps</c> makes from clients/package.json; without it these tests are skipped.</summary>
public class NpmClientTests
{
    private static readonly string? Modules = Environment.GetEnvironmentVariable("CREMONA_TEST_NPM");

    [Fact]
    public async Task LangChain_ReadsAnswersStreamsAndErrors() => (await RunAsync("langchain.mjs")).ShouldBe(
        """
        {"pro":{"content":"I am from China.","tokens":"","usage":18},"proStream":{"content":"I am from China.","tokens":"I am from China.","usage":18},"plain":{"content":"I am from China.","tokens":"","usage":40},"plainStream":{"content":"你好！","tokens":"你好！","usage":38},"unknownModel":"Minimax API error: invalid params, unsupported model: abab9-chat","functions":{"name":"get_weather","arguments":"{\"city\": \"}Rome\"}"},"streamedFunctions":{"name":"get_weather","arguments":"{\"city\": \"}Rome\"}"},"glyph":{"content":"The translated text：I am from China.","tokens":"","usage":23},"samples":{"content":"I am from China.","tokens":"","usage":28},"plugins":{"content":"I am from China.","tokens":"","usage":44},"streamedPlugins":{"content":"I am from China.","tokens":"I am from China.","usage":44},"lateError":"Minimax API error: internal service error"}
        """);

    [Theory]
    [InlineData("openai")]
    [InlineData("openai-newest")]
    public async Task OpenAI_ReadsAnswersStreamsAndErrors(string package) => (await RunAsync("openai.mjs", package)).ShouldBe(
        """
        {"whole":"你好！","finish":"stop","pieces":"你好！","usage":[7,2,9],"helper":"你好！","unknownModel":{"status":400,"message":"400 invalid params, unsupported model: gpt (2013)"},"lateError":{"status":0,"message":"internal service error (1013)"},"hasModel":true,"calls":["tool_calls","I look.",[["get_weather",{"city":"}Rome"}],["get_time",{}]]],"streamedCalls":["tool_calls","I look.",[["get_weather",{"city":"}Rome"}],["get_time",{}]]],"secondLeg":"I am from China.","parsed":{"a":"天安 x/y"},"anyObject":{"a":"天安 x/y"},"refusedForm":{"status":400,"message":"400 invalid params, response_format.json_schema.schema: #/format: 'regex' is not supported; change the schema, or name keywords to ignore in relaxed_keywords (2013)"},"weights":[["你好",-1,2],["！",-1,2]],"several":[[0,"你好！","stop"],[1,"你好！","stop"],[2,"你好！","stop"]],"severalUsage":12,"streamedSeveral":["你好！","你好！"],"limited":["RateLimitError",429,"rate_limit_error",true]}
        """);

    private static async Task<string> RunAsync(string script, string package = "")
    {
        Assert.SkipWhen(string.IsNullOrEmpty(Modules), "CREMONA_TEST_NPM does not name a node_modules folder");
        await using SearchServer search = await SearchServer.StartAsync();
        await using ServerFixture server = await ServerFixture.StartAsync(
            null,
            services => services.AddSingleton<IModelReader>(new ScriptedModel { ToolCallForm = ToolCallForm.Tagged }),
            "--Logging:LogLevel:Default=None", $"--WebSearch:Endpoint={search.Url}/sub/",
            "--CallLimits:Rules:0:Model=abab6-chat", "--CallLimits:Rules:0:RequestsPerMinute=1",
            "--CallLimits:Rules:0:TokensPerMinute=100000");
        var start = new ProcessStartInfo("node")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                Path.Combine(AppContext.BaseDirectory, "clients", script), server.Url.ToString().TrimEnd('/'), "sk-any",
                "abab5.5-chat", Path.GetDirectoryName(Path.GetFullPath(Modules!))!, package,
            },
        };
        using Process node = Process.Start(start)!;
        using var timeLimit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        try
        {
            Task<string> errors = node.StandardError.ReadToEndAsync(timeLimit.Token);
            string output = await node.StandardOutput.ReadToEndAsync(timeLimit.Token);
            await node.WaitForExitAsync(timeLimit.Token);
            node.ExitCode.ShouldBe(0, await errors);
            return output.TrimEnd();
        }
        finally
        {
            if (!node.HasExited) node.Kill();
        }
    }
}
