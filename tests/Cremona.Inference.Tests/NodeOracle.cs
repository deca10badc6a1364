using System.Diagnostics;
using System.Text.Json;

namespace Cremona.Inference.Tests;

/// <summary>Programs of npm that answer what the engine is compared with (<c>tests/oracle/*.mjs</c>).
/// <c>CREMONA_TEST_NPM</c> names a node_modules folder made from the conformance clients' package.json; without it
/// tests that ask are skipped.</summary>
internal static class NodeOracle
{
    public static string? Modules { get; } = Environment.GetEnvironmentVariable("CREMONA_TEST_NPM");

    public static void SkipUnlessThere(string package) => Assert.SkipUnless(
        !string.IsNullOrEmpty(Modules) && Directory.Exists(Path.Combine(Modules, package)),
        $"CREMONA_TEST_NPM does not name a node_modules folder with {package}");

    /// <summary>What the script prints, as JSON; it gets the folder of modules as its first argument.</summary>
    public static async Task<JsonDocument> RunAsync(string script, params string[] arguments)
    {
        ProcessStartInfo start = new(
            "node", [Path.Combine(AppContext.BaseDirectory, "oracle", script), Modules!, .. arguments])
        {
            RedirectStandardOutput = true,
        };
        using Process node = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        try
        {
            string output = await node.StandardOutput.ReadToEndAsync(limit.Token);
            await node.WaitForExitAsync(limit.Token);
            node.ExitCode.ShouldBe(0);
            return JsonDocument.Parse(output);
        }
        finally
        {
            if (!node.HasExited) node.Kill();
        }
    }
}
