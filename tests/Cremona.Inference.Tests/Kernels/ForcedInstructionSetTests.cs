using System.Diagnostics;
using Cremona.Inference.Kernels;

namespace Cremona.Inference.Tests.Kernels;

/// <summary>The tests of all that computes, run again with each slower instruction set of this machine.</summary>
[Trait("Speed", "Slow")]
public class ForcedInstructionSetTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    private static readonly string[] Computing =
        ["Adapters", "Architectures", "Checkpoints", "Kernels", "KvCache", "Sampling", "Scheduling"];

    [Theory]
    [InlineData("scalar")]
    [InlineData("vector128")]
    [InlineData("avx2")]
    [InlineData("avxvnni")]
    public async Task Suite_Passes_WithASlowerSet(string set)
    {
        string? forced = Environment.GetEnvironmentVariable(InstructionSet.VariableName);
        Assert.SkipUnless(forced is null, $"this run is forced to {forced} itself");
        (SimdLevel, ByteDotSet) current = (InstructionSet.Current, InstructionSet.CurrentByteDot);
        Assert.SkipWhen(InstructionSet.Choose(set) == current, $"{set} is what this machine runs anyway");
        IEnumerable<string> filters = Computing.SelectMany(
            room => new[] { "--filter-namespace", $"Cremona.Inference.Tests.{room}*" });
        ProcessStartInfo start = new(Environment.ProcessPath!, [.. filters, "--progress", "off", "--no-ansi"])
        {
            RedirectStandardOutput = true,
        };
        start.Environment[InstructionSet.VariableName] = set;
        using Process suite = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            string output = await suite.StandardOutput.ReadToEndAsync(limit.Token);
            await suite.WaitForExitAsync(limit.Token);
            suite.ExitCode.ShouldBe(0, output);
            output.ShouldContain("failed: 0");
        }
        finally
        {
            if (!suite.HasExited) suite.Kill();
        }
    }
}
