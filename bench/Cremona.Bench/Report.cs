using System.Globalization;
using System.Runtime.InteropServices;
using Cremona.Inference.Kernels;

namespace Cremona.Bench;

/// <summary>A result file: where, when and how it was measured, then the table.</summary>
internal sealed class Report
{
    private readonly List<string> _lines = [];
    private readonly string _name;

    /// <param name="name">Name of the file without its extension.</param>
    /// <param name="command">What repeats the measurement.</param>
    public Report(string name, string command)
    {
        _name = name;
        string date = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
        Add($"# {name}");
        Add("");
        Add($"- date: {date}");
        Add($"- machine: {Processor()}, {Environment.ProcessorCount} processors, {RuntimeInformation.OSDescription}");
        Add($"- load before: {Load()}");
        Add($"- runtime: {RuntimeInformation.FrameworkDescription}, instruction set {InstructionSet.Current}");
        Add($"- command: `{command}`");
        Add("");
    }

    public void Add(string line)
    {
        Console.WriteLine(line);
        _lines.Add(line);
    }

    public void Save()
    {
        string folder = Path.Combine(Root(), "bench", "results");
        Directory.CreateDirectory(folder);
        File.WriteAllLines(Path.Combine(folder, $"{_name}.md"), _lines);
    }

    public static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }

    private static string Root()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Cremona.slnx")))
        {
            folder = Path.GetDirectoryName(folder)
                ?? throw new InvalidOperationException("Run the benchmark from inside the repository.");
        }

        return folder;
    }

    private static string Processor() => !File.Exists("/proc/cpuinfo")
        ? RuntimeInformation.ProcessArchitecture.ToString()
        : File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
            ?.Split(':')[1].Trim() ?? "unknown";

    private static string Load() =>
        File.Exists("/proc/loadavg") ? string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]) : "unknown";
}
