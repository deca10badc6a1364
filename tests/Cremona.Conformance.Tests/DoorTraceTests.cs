using Cremona.Conformance.Tests.Runner;
using Cremona.Server.Tests;

namespace Cremona.Conformance.Tests;

public class DoorTraceTests
{
    [Fact]
    public async Task Door_AnswersAsTraced()
    {
        await using ServerFixture server = await ServerFixture.StartAsync();
        await TraceRunner.PlayAsync("door", "door.trace", server, ("key", await server.CreateKeyAsync("42")));
    }
}
