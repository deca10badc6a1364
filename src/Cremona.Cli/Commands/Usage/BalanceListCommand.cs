using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Cremona.Cli.CommandLine;
using Cremona.Server.Storage;

namespace Cremona.Cli.Commands.Usage;

/// <summary><c>cremona balance list</c></summary>
internal sealed class BalanceListCommand : CremonaCommand
{
    private readonly Option<bool> _json = new("--json") { Description = "Print a JSON array" };
    private readonly StoreOptions _store = new();

    public BalanceListCommand(Terminal terminal)
        : base(terminal, "list", "List the groups that have a balance, and what is left of it")
    {
        Add(_json);
        _store.AddTo(this);
        Examples = ["cremona balance list", "cremona balance list --json"];
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken cancellationToken)
    {
        await using StoreSession store =
            await StoreSession.OpenAsync(_store.ToServerArguments(line), cancellationToken);
        IReadOnlyList<GroupBalance> balances = await store.Get<IUsageStore>().ListBalancesAsync(cancellationToken);
        if (line.GetValue(_json))
        {
            await Terminal.Out.WriteLineAsync(
                JsonSerializer.Serialize(balances, CommandJson.Default.IReadOnlyListGroupBalance));
            return ExitCode.Success;
        }

        Tables.Print(
            Terminal,
            ["group", "tokens left"],
            balances.Select(balance => new[]
            {
                balance.GroupId, balance.TokensLeft.ToString("N0", CultureInfo.InvariantCulture),
            }));
        return ExitCode.Success;
    }
}
