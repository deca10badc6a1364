using System.CommandLine;
using System.Globalization;
using Cremona.Cli.CommandLine;
using Cremona.Server.Storage;

namespace Cremona.Cli.Commands.Usage;

/// <summary><c>cremona balance set</c></summary>
internal sealed class BalanceSetCommand : CremonaCommand
{
    private readonly Argument<string> _tokens = new("tokens")
    {
        Description = "Input and output tokens that the group may still use; `unlimited` takes the balance away",
    };

    private readonly Option<string?> _group = GroupOption.Create("Whose balance it is", isRequired: true);
    private readonly StoreOptions _store = new();

    public BalanceSetCommand(Terminal terminal)
        : base(terminal, "set", "Give a group a balance; its calls are refused with 1008 once it is used up")
    {
        _tokens.Validators.Add(result =>
        {
            string text = result.GetValue(_tokens) ?? "";
            if (text != "unlimited" && !(long.TryParse(text, CultureInfo.InvariantCulture, out long tokens) && tokens >= 0))
            {
                result.AddError($"{text}: give a number of tokens, 0 or more, or `unlimited`");
            }
        });
        Add(_tokens);
        Add(_group);
        _store.AddTo(this);
        Examples = ["cremona balance set 1000000 --group 1684765387", "cremona balance set unlimited --group 1684765387"];
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken cancellationToken)
    {
        await using StoreSession store =
            await StoreSession.OpenAsync(_store.ToServerArguments(line), cancellationToken);
        string group = line.GetRequiredValue(_group)!;
        string tokens = line.GetRequiredValue(_tokens);
        await store.Get<IUsageStore>().SetBalanceAsync(
            group,
            tokens == "unlimited" ? null : long.Parse(tokens, CultureInfo.InvariantCulture),
            cancellationToken);
        await Terminal.Out.WriteLineAsync($"group {group}: {tokens}");
        return ExitCode.Success;
    }
}
