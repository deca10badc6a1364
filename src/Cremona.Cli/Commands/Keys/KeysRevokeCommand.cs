using System.CommandLine;
using Cremona.Cli.CommandLine;
using Cremona.Server.Edge.Keys;

namespace Cremona.Cli.Commands.Keys;

/// <summary><c>cremona keys revoke ID</c></summary>
internal sealed class KeysRevokeCommand : CremonaCommand
{
    private readonly Argument<string> _id = new("id") { Description = "The key's id, as `cremona keys list` shows it" };
    private readonly StoreOptions _store = new();

    public KeysRevokeCommand(Terminal terminal)
        : base(terminal, "revoke", "Revoke a key at once; revoking the last one does not open the server again")
    {
        Add(_id);
        _store.AddTo(this);
        Examples = ["cremona keys revoke key_0123456789abcdef"];
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken cancellationToken)
    {
        await using StoreSession store =
            await StoreSession.OpenAsync(_store.ToServerArguments(line), cancellationToken);
        string id = line.GetRequiredValue(_id);
        if (!await store.Get<KeyStore>().RevokeAsync(id, cancellationToken))
        {
            throw new CommandException($"{id}: there is no valid key with this id; see `cremona keys list`");
        }

        await Terminal.Out.WriteLineAsync($"revoked {id}");
        return ExitCode.Success;
    }
}
