using System.Diagnostics;
using Cremona.Inference.Templates;
using Cremona.Server.Models;
using Cremona.Server.Tests;
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
        {"pro":{"content":"I am from China.","tokens":""},"proStream":{"content":"I am from China.","tokens":"I am from China."},"plain":{"content":"I am from China.","tokens":""},"plainStream":{"content":"你好！","tokens":"你好！"},"unknownModel":"Minimax API error: invalid params, unsupported model: abab9-chat","lateError":"Minimax API error: internal service error"}
        """);

    [Theory]
    [InlineData("openai")]
    [InlineData("openai-newest")]
    public async Task OpenAI_ReadsAnswersStreamsAndErrors(string package) => (await RunAsync("openai.mjs", package)).ShouldBe(
        """
        {"whole":"你好！","finish":"stop","pieces":"你好！","usage":[7,2,9],"helper":"你好！","unknownModel":{"status":400,"message":"400 invalid params, unsupported model: gpt (2013)"},"lateError":{"status":0,"message":"internal service error (1013)"},"hasModel":true,"calls":["tool_calls","I look.",[["get_weather",{"city":"}Rome"}],["get_time",{}]]],"streamedCalls":["tool_calls","I look.",[["get_weather",{"city":"}Rome"}],["get_time",{}]]],"secondLeg":"I am from China."}
        """);

    private static async Task<string> RunAsync(string script, string package = "")
    {
        Assert.SkipWhen(string.IsNullOrEmpty(Modules), "CREMONA_TEST_NPM does not name a node_modules folder");
        await using ServerFixture server = await ServerFixture.StartAsync(
            null,
            services => services.AddSingleton<IModelReader>(new ScriptedModel { ToolCallForm = ToolCallForm.Tagged }),
            "--Logging:LogLevel:Default=None");
        var start = new ProcessStartInfo("node")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                Path.Combine(AppContext.BaseDirectory, "clients", script), server.Url.ToString().TrimEnd('/'), "sk-any",
                "abab5.5s-chat", Path.GetDirectoryName(Path.GetFullPath(Modules!))!, package,
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
