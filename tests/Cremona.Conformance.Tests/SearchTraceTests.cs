using Cremona.Conformance.Tests.Runner;
using Cremona.Inference.Templates;
using Cremona.Server.Models;
using Cremona.Server.Tests;
using Cremona.Server.Tests.Chat;
using Cremona.Server.Tests.Models;
using Microsoft.Extensions.DependencyInjection;

namespace Cremona.Conformance.Tests;

public class SearchTraceTests
{
    [Fact]
    public async Task Search_AnswersAsTraced()
    {
        await using SearchServer search = await SearchServer.StartAsync();
        await using ServerFixture server = await ServerFixture.StartAsync(
            null,
            services => services.AddSingleton<IModelReader>(new ScriptedModel { ToolCallForm = ToolCallForm.Tagged }),
            $"--WebSearch:Endpoint={search.Url}/sub/");
        await TraceRunner.PlayAsync("search", "search.trace", server, ("key", await server.CreateKeyAsync("42")));
    }
}
