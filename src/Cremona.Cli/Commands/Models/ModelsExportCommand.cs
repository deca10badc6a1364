using System.CommandLine;
using Cremona.Cli.CommandLine;
using Cremona.Inference.Adapters;
using Cremona.Inference.Architectures;
using Cremona.Inference.Checkpoints;
using Cremona.Inference.Checkpoints.Gguf;
using Cremona.Server.Edge;
using Cremona.Server.Models;
using Microsoft.Extensions.Options;

namespace Cremona.Cli.Commands.Models;

/// <summary><c>cremona models export NAME TARGET</c></summary>
internal sealed class ModelsExportCommand : CremonaCommand
{
    private readonly Argument<string> _name = new("name") { Description = "A tuned model's id, or a model's name" };
    private readonly Argument<FileSystemInfo> _target = ModelTarget.Argument();
    private readonly Option<GgufType> _type = ModelTarget.Type();
    private readonly Option<string?> _group = GroupOption.Create(
        "The group that the tuned model belongs to; that of open mode without it", isRequired: false);

    private readonly StoreOptions _store = new();

    public ModelsExportCommand(Terminal terminal)
        : base(terminal, "export", "Write a tuned model merged with its base: a GGUF file or a Hugging Face folder")
    {
        Add(_name);
        Add(_target);
        Add(_type);
        Add(_group);
        _store.AddTo(this);
        Examples =
        [
            "cremona models export ft:nano_1684765387_1 ./tuned --group 1684765387",
            "cremona models export ft:nano_1684765387_1 tuned.gguf --type Q8_0 --group 1684765387",
        ];
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken cancellationToken)
    {
        string name = line.GetRequiredValue(_name);
        string target = line.GetRequiredValue(_target).FullName;
        GgufType type = line.GetValue(_type);
        await using StoreSession store =
            await StoreSession.OpenAsync(_store.ToServerArguments(line), cancellationToken);
        string group = line.GetValue(_group) ?? store.Get<IOptions<EdgeOptions>>().Value.OpenModeGroup;
        ServedModel served = await store.Get<IModelCatalog>().FindAsync(group, name, cancellationToken)
            ?? throw new CommandException($"{name}: group '{group}' has no such model; see cremona finetune models, or name its --group");
        string folder = served.Base.Folder
            ?? throw new CommandException($"{name}: its weights are not on this server, so there is nothing to export");
        IModelHost host = store.Get<IModelHost>();
        LanguageModel model = await host.LoadAsync(served.Base, cancellationToken);
        IDecoderSource weights = model.Source;
        if (served.Tuned is { } tuned)
        {
            LoraAdapter adapter = await host.LoadAdapterAsync(tuned, cancellationToken);
            weights = LoraMerge.Merge(model.Weights, adapter);
        }

        await Task.Run(() => ModelFiles.Write(folder, model, weights, target, type), cancellationToken);
        await Terminal.Out.WriteLineAsync($"wrote {target}");
        return ExitCode.Success;
    }
}
