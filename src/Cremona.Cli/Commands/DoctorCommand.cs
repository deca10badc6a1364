using System.CommandLine;
using System.Text.Json;
using Cremona.Cli.CommandLine;
using Cremona.Cli.Doctor;
using Cremona.Server.Edge;

namespace Cremona.Cli.Commands;

/// <summary><c>cremona doctor</c>: would a server work here?</summary>
internal sealed class DoctorCommand : CremonaCommand
{
    private readonly Option<string> _urls = new("--urls")
    {
        Description = "Where the server is to listen",
        DefaultValueFactory = _ => EdgeOptions.DefaultUrl,
        HelpName = "URL",
    };

    private readonly StoreOptions _store = new();
    private readonly Option<bool> _json = new("--json") { Description = "Print the findings as a JSON array" };

    public DoctorCommand(Terminal terminal)
        : base(terminal, "doctor", "Check machine, data folder, store, models and port; fails when something is not good")
    {
        Add(_urls);
        _store.AddTo(this);
        Add(_json);
        Examples = ["cremona doctor", "cremona doctor --data /var/lib/cremona --json"];
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken cancellationToken)
    {
        string urls = line.GetRequiredValue(_urls);
        if (!Uri.TryCreate(urls, UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https"))
        {
            throw new CommandException($"--urls {urls}: not an http address; give one like {EdgeOptions.DefaultUrl}");
        }

        string folder = _store.DataFolder(line);
        List<Finding> findings =
        [
            MachineChecks.InstructionSet(),
            MachineChecks.Cores(),
            MachineChecks.Memory(),
            MachineChecks.Disk(folder),
            MachineChecks.Writable(folder),
            MachineChecks.Port(address),
        ];
        if (findings.All(finding => finding.IsGood || finding.Name != "data folder"))
        {
            findings.AddRange(await StoreChecks.RunAsync(_store.ToServerArguments(line), cancellationToken));
        }

        if (line.GetValue(_json))
        {
            await Terminal.Out.WriteLineAsync(JsonSerializer.Serialize(findings, CommandJson.Default.ListFinding));
        }
        else
        {
            foreach (Finding finding in findings)
            {
                await Terminal.Out.WriteLineAsync($"{(finding.IsGood ? "ok  " : "FAIL")}  {finding.Name,-16}{finding.Detail}");
            }
        }

        return findings.All(finding => finding.IsGood) ? ExitCode.Success : ExitCode.Failure;
    }
}
