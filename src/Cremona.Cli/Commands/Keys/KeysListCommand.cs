using System.CommandLine;
using System.Text.Json;
using Cremona.Cli.CommandLine;
using Cremona.Server.Edge.Keys;

namespace Cremona.Cli.Commands.Keys;

/// <summary><c>cremona keys list</c></summary>
internal sealed class KeysListCommand : CremonaCommand
{
    private readonly StoreOptions _store = new();
    private readonly Option<bool> _json = new("--json") { Description = "Print a JSON array" };

    public KeysListCommand(Terminal terminal)
        : base(terminal, "list", "List all keys, revoked ones too, oldest first; the keys themselves are not stored")
    {
        _store.AddTo(this);
        Add(_json);
        Examples = ["cremona keys list", "cremona keys list --data /var/lib/cremona --json"];
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken cancellationToken)
    {
        await using StoreSession store =
            await StoreSession.OpenAsync(_store.ToServerArguments(line), cancellationToken);
        IReadOnlyList<AccessKey> keys = await store.Get<KeyStore>().ListAsync(cancellationToken);
        if (line.GetValue(_json))
        {
            await Terminal.Out.WriteLineAsync(
                JsonSerializer.Serialize(keys, CommandJson.Default.IReadOnlyListAccessKey));
            return ExitCode.Success;
        }

        Tables.Print(
            Terminal,
            ["id", "group", "name", "created", "revoked"],
            keys.Select(key => new[] { key.Id, key.GroupId, key.Name, Time(key.CreatedAtMs), Time(key.RevokedAtMs) }));
        return ExitCode.Success;
    }

    private static string Time(long milliseconds) =>
        milliseconds == 0 ? "-" : Tables.Time(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds));
}
