using System.CommandLine;
using Cremona.Cli.CommandLine;
using Cremona.Server.Edge.Keys;

namespace Cremona.Cli.Commands.Keys;

/// <summary><c>cremona keys create</c></summary>
internal sealed class KeysCreateCommand : CremonaCommand
{
    private readonly Option<string?> _group = GroupOption.Create("The group the key opens: 1 to 19 digits", isRequired: true);

    private readonly Option<string> _name = new("--name") { Description = "For people and logs", Required = true };
    private readonly StoreOptions _store = new();

    public KeysCreateCommand(Terminal terminal)
        : base(terminal, "create", "Make a key; it is printed once, alone on the last line. From the first key on the server asks for one")
    {
        Add(_group);
        Add(_name);
        _store.AddTo(this);
        Examples =
        [
            "cremona keys create --group 1684765387 --name laptop",
            "export CREMONA_KEY=$(cremona keys create --group 1684765387 --name laptop | tail -1)",
        ];
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken cancellationToken)
    {
        await using StoreSession store =
            await StoreSession.OpenAsync(_store.ToServerArguments(line), cancellationToken);
        string group = line.GetRequiredValue(_group)!;
        string key = await store.Get<KeyStore>().CreateAsync(group, line.GetRequiredValue(_name), cancellationToken);
        await Terminal.Error.WriteLineAsync($"key of group {group} in {_store.DataFolder(line)}; only its digest is kept");
        await Terminal.Out.WriteLineAsync(key);
        return ExitCode.Success;
    }
}
