using Microsoft.Extensions.Options;

namespace Cremona.Server.Tests.Settings;

/// <summary>A setting that is wrong stops the start and is named.</summary>
public class SettingsTests
{
    [Theory]
    [InlineData("--Jobs:WorkerCount=-1", "Jobs:WorkerCount is -1; it must be between 0 and 64.")]
    [InlineData("--Jobs:WorkerCount=many", "Jobs:WorkerCount is 'many'; it must be a whole number of at most 2147483647.")]
    [InlineData("--Jobs:WorkerCount=3000000000", "Jobs:WorkerCount is '3000000000'; it must be a whole number")]
    [InlineData("--Jobs:WorkerCount:0=1", "Jobs:WorkerCount:0 is no setting; Jobs:WorkerCount takes one value.")]
    [InlineData("--Jobs:Workers=1", "Jobs:Workers is no setting; Jobs has WorkerCount, ")]
    [InlineData("--Job:WorkerCount=1", "Job:WorkerCount is no setting: the sections are CallLimits, Chat, ")]
    [InlineData("--Chat:V2SendsDone=often", "Chat:V2SendsDone is 'often'; it must be true or false.")]
    [InlineData("--Chat:DefaultBotName=", "Chat:DefaultBotName is empty; name the bot")]
    [InlineData("--Engine:CacheFormat=F8", "Engine:CacheFormat is 'F8'; it must be one of F32, F16, Q8.")]
    [InlineData("--Engine:CacheFormat=9", "Engine:CacheFormat is '9'; it must be one of F32, F16, Q8.")]
    [InlineData("--Models:Entries:nano:Aliases=mine", "Models:Entries:nano:Aliases is 'mine'; it takes several values")]
    [InlineData("--Jobs=5", "Jobs is '5'; it takes several values")]
    [InlineData("--Models:TunedModelLapse=soon", "Models:TunedModelLapse is 'soon'; it must be a span of time such as 00:05:00")]
    [InlineData("--Models:Entries:nano:Wieghts=Q8", "Models:Entries:nano:Wieghts is no setting; Models:Entries:nano has Folder, ")]
    [InlineData("--CallLimits:Rules:0:TokensPerMinute=x", "CallLimits:Rules:0:TokensPerMinute is 'x'; it must be a whole number.")]
    public async Task Start_NamesSettingReasonAndRemedy(string setting, string message)
    {
        OptionsValidationException fault = await Should.ThrowAsync<OptionsValidationException>(
            () => ServerFixture.StartAsync(setting));

        fault.Message.ShouldContain(message);
    }

    [Fact]
    public void Sections_AreThoseOfTheOptions()
    {
        string told = Should.Throw<OptionsValidationException>(() => WorkerProgram.Build(["--Job:X=1"])).Message;

        IEnumerable<string> sections = new[] { typeof(ServerProgram), typeof(Inference.Scheduling.EngineOptions) }
            .SelectMany(type => type.Assembly.GetExportedTypes())
            .Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal))
            .Select(type => type.GetField("Section")?.GetRawConstantValue() as string).OfType<string>();
        told.ShouldBe($"Job:X is no setting: the sections are {string.Join(", ", sections.Order())}.");
    }

    [Fact]
    public async Task Start_TakesWhatTheFrameworkReads_AndNamesInAnyCase()
    {
        await using ServerFixture server = await ServerFixture.StartAsync(
            "--Logging:LogLevel:Default=Error", "--Kestrel:Limits:MaxConcurrentConnections=50", "--jobs:workercount=0",
            "--Models:Entries:nano:Weights=");
    }
}
