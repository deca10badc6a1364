using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Cremona.Cli.CommandLine;
using Cremona.Protocol.Usage;
using Cremona.Server.Edge;
using Cremona.Server.Storage;
using Cremona.Server.Usage;

namespace Cremona.Cli.Commands.Usage;

/// <summary><c>cremona usage</c></summary>
internal sealed class UsageCommand : CremonaCommand
{
    private readonly Option<string?> _group = GroupOption.Create("One group only; all groups without it", isRequired: false);
    private readonly Option<string?> _from = new("--from") { Description = "The first day, UTC; 30 days without it", HelpName = "YYYY-MM-DD" };
    private readonly Option<string?> _to = new("--to") { Description = "The last day; today without it", HelpName = "YYYY-MM-DD" };
    private readonly Option<string> _by = new("--by")
    {
        Description = "What the lines sum",
        DefaultValueFactory = _ => "day",
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print all three sums as JSON" };
    private readonly StoreOptions _store = new();

    public UsageCommand(Terminal terminal)
        : base(terminal, "usage", "Show the ledger's calls and tokens by day, model or key; works on the data folder itself")
    {
        _by.AcceptOnlyFromAmong("day", "model", "key");
        foreach (Option option in new Option[] { _group, _from, _to, _by, _json })
        {
            Add(option);
        }

        _store.AddTo(this);
        Examples = ["cremona usage", "cremona usage --group 1684765387 --from 2026-11-01 --to 2026-11-28 --by key --json"];
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken cancellationToken)
    {
        UsageDays days = ParseDays(line);
        await using StoreSession store =
            await StoreSession.OpenAsync(_store.ToServerArguments(line), cancellationToken);
        UsageResponse usage = UsageWire.ToResponse(days, await store.Get<IUsageStore>().SumAsync(
            line.GetValue(_group), days.FirstDay, days.LastDay, cancellationToken));
        if (line.GetValue(_json))
        {
            await Terminal.Out.WriteLineAsync(JsonSerializer.Serialize(usage, UsageJson.Default.UsageResponse));
            return ExitCode.Success;
        }

        string by = line.GetRequiredValue(_by);
        IReadOnlyList<UsageLine> lines =
            by == "day" ? usage.ByDay : by == "model" ? usage.ByModel : usage.ByKey;
        Tables.Print(
            Terminal,
            [by, "calls", "failed", "input tokens", "cached", "output tokens"],
            lines.Select(sum => ToCells(sum.Name is "" or null ? "(open mode)" : sum.Name, sum)).Append(ToCells("total", usage.Total)));
        return ExitCode.Success;
    }

    private UsageDays ParseDays(ParseResult line)
    {
        try
        {
            var today = DateOnly.FromDateTime(Terminal.Clock.GetUtcNow().UtcDateTime);
            return UsageDays.Parse(line.GetValue(_from), line.GetValue(_to), today);
        }
        catch (ApiException mistake)
        {
            throw new CommandException(mistake.Message, mistake);
        }
    }

    private static string[] ToCells(string name, UsageLine sum) =>
    [
        name,
        .. new[] { sum.Calls, sum.FailedCalls, sum.InputTokens, sum.CachedTokens, sum.OutputTokens }
            .Select(number => number.ToString("N0", CultureInfo.InvariantCulture)),
    ];
}
