using Cremona.Conformance.Tests.Runner;
using Cremona.Server.Tests;

namespace Cremona.Conformance.Tests;

public class FilesTraceTests
{
    public static TheoryData<string> Traces => TraceRunner.List("files");

    [Theory]
    [MemberData(nameof(Traces))]
    public async Task Files_AnswerAsTraced(string trace)
    {
        await using ServerFixture server = await ServerFixture.StartAsync("--Files:FileBytesMax=1048576");
        await TraceRunner.PlayAsync(
            "files", trace, server,
            ("key", await server.CreateKeyAsync("42")), ("other", await server.CreateKeyAsync("43")));
    }
}
