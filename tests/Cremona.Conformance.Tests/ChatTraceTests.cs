using Cremona.Conformance.Tests.Runner;
using Cremona.Inference.Templates;
using Cremona.Server.Models;
using Cremona.Server.Tests;
using Cremona.Server.Tests.Models;
using Microsoft.Extensions.DependencyInjection;

namespace Cremona.Conformance.Tests;

public class ChatTraceTests
{
    public static TheoryData<string> Traces => TraceRunner.List("chat");

    [Theory]
    [MemberData(nameof(Traces))]
    public async Task Chat_AnswersAsTraced(string trace)
    {
        await using ServerFixture server = await ServerFixture.StartAsync(
            null,
            services => services.AddSingleton<IModelReader>(new ScriptedModel { ToolCallForm = ToolCallForm.Tagged }));
        await TraceRunner.PlayAsync("chat", trace, server, ("key", await server.CreateKeyAsync("42")));
    }
}
