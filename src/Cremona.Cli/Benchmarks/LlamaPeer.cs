using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cremona.Cli.CommandLine;

namespace Cremona.Cli.Benchmarks;

/// <summary>llama.cpp in a process of its own, through npm's <c>node-llama-cpp</c>. One request at a time.</summary>
internal sealed class LlamaPeer : IAsyncDisposable
{
    private const string Script = "Benchmarks.peer.mjs";

    private readonly Process _process;
    private readonly string _script;

    private LlamaPeer(Process process, string script)
    {
        _process = process;
        _script = script;
    }

    /// <summary>Starts node.</summary>
    /// <param name="nodeModules">A <c>node_modules</c> folder with <c>node-llama-cpp</c> and its prebuilt
    /// library.</param>
    /// <exception cref="CommandException">The folder holds no such package, or node cannot be started.</exception>
    public static LlamaPeer Start(string nodeModules)
    {
        if (!Directory.Exists(Path.Combine(nodeModules, "node-llama-cpp")))
        {
            throw new CommandException(
                $"--peer {nodeModules}: node-llama-cpp is not there; run npm install --ignore-scripts node-llama-cpp "
                + "@node-llama-cpp/linux-x64, and name the node_modules folder");
        }

        string script = Path.Combine(Path.GetTempPath(), $"cremona-peer-{Environment.ProcessId}.mjs");
        using (Stream source = typeof(LlamaPeer).Assembly.GetManifestResourceStream(Script)!)
        using (FileStream target = File.Create(script))
        {
            source.CopyTo(target);
        }

        ProcessStartInfo start = new("node", [script, nodeModules])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        try
        {
            return new LlamaPeer(Process.Start(start)!, script);
        }
        catch (System.ComponentModel.Win32Exception fault)
        {
            File.Delete(script);
            throw new CommandException($"node cannot be started ({fault.Message}); install Node.js", fault);
        }
    }

    /// <returns>What llama.cpp says of its instruction sets.</returns>
    public async Task<string> LoadAsync(
        string path, int threads, int sequences, int contextTokens, CancellationToken cancellationToken)
    {
        JsonObject answer = await AskAsync(
            new JsonObject
            {
                ["op"] = "load",
                ["path"] = path,
                ["threads"] = threads,
                ["sequences"] = sequences,
                ["context"] = contextTokens,
            },
            cancellationToken);
        return answer["system"]!.GetValue<string>();
    }

    /// <summary>Seconds for a prompt of this many tokens.</summary>
    public async Task<double> PromptAsync(int tokens, CancellationToken cancellationToken) => Seconds(await AskAsync(
        new JsonObject { ["op"] = "prompt", ["tokens"] = tokens }, cancellationToken));

    /// <summary>Seconds for sequences that generate this many tokens each, after a prompt of 8.</summary>
    public async Task<double> GenerateAsync(int sequences, int tokens, CancellationToken cancellationToken) =>
        Seconds(await AskAsync(
            new JsonObject { ["op"] = "generate", ["sequences"] = sequences, ["tokens"] = tokens }, cancellationToken));

    public async ValueTask DisposeAsync()
    {
        // The end of its input ends the script.
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
        File.Delete(_script);
    }

    private static double Seconds(JsonObject answer) => answer["seconds"]!.GetValue<double>();

    private async Task<JsonObject> AskAsync(JsonObject request, CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync(request.ToJsonString().AsMemory(), cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
        string line = await _process.StandardOutput.ReadLineAsync(cancellationToken)
            ?? throw new CommandException("llama.cpp's process ended; its last words are above");
        JsonObject answer = JsonSerializer.Deserialize(line, CommandJson.Default.JsonObject)!;
        return answer["error"] is { } error ? throw new CommandException($"llama.cpp: {error}") : answer;
    }
}
