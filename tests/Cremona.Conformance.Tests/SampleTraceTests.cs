using Cremona.Conformance.Tests.Runner;
using Cremona.Inference.Templates;
using Cremona.Server.Models;
using Cremona.Server.Tests;
using Cremona.Server.Tests.Models;
using Microsoft.Extensions.DependencyInjection;

namespace Cremona.Conformance.Tests;

/// <summary>The samples of the platform's documentation, with the room for tokens that they ask for.</summary>
public class SampleTraceTests
{
    [Fact]
    public async Task Samples_AnswerAsTraced()
    {
        var model = new ScriptedModel { ToolCallForm = ToolCallForm.Tagged, Context = 4096 };
        await using ServerFixture server = await ServerFixture.StartAsync(
            null, services => services.AddSingleton<IModelReader>(model));
        await TraceRunner.PlayAsync("samples", "samples.trace", server, ("key", await server.CreateKeyAsync("42")));
    }
}
