using System.CommandLine;
using Cremona.Cli.CommandLine;
using Cremona.Inference.Checkpoints;
using Cremona.Inference.Kernels;
using Cremona.Server.Models;
using Cremona.Server.Storage;
using Microsoft.Extensions.Options;

namespace Cremona.Cli.Commands.Models;

/// <summary><c>cremona models add PATH</c></summary>
internal sealed class ModelsAddCommand : CremonaCommand
{
    private readonly Argument<FileSystemInfo> _folder = new("path")
    {
        Description = "A Hugging Face folder (config.json, tokenizer.json, tokenizer_config.json, safetensors) or a GGUF file",
    };

    private readonly Option<string?> _id = new("--id") { Description = "The name to call it by. Default: the name of the folder or file" };

    private readonly Option<string[]> _aliases = new("--alias")
    {
        Description = "Another name for it; may be repeated",
        HelpName = "NAME",
    };

    private readonly Option<WeightFormat?> _weights = new("--weights")
    {
        Description = "How the weights lie in memory: F32, BF16, Q8 or Q4. Default: what loses nothing",
        HelpName = "FORMAT",
    };

    private readonly StoreOptions _store = new();

    public ModelsAddCommand(Terminal terminal)
        : base(terminal, "add", "Read a model, and enter it in models.json of the data folder for the next start")
    {
        Add(_folder);
        Add(_id);
        Add(_aliases);
        Add(_weights);
        _store.AddTo(this);
        Examples =
        [
            "cremona models add ./Qwen2.5-0.5B-Instruct",
            "cremona models add ./Qwen2.5-0.5B-Instruct --id qwen --alias my-chat-model",
            "cremona models add ./Qwen2.5-0.5B-Instruct --weights Q4",
        ];
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken cancellationToken)
    {
        FileSystemInfo folder = line.GetRequiredValue(_folder);
        if (!folder.Exists)
        {
            throw new CommandException($"{folder.FullName}: there is no such folder or file; check the path");
        }

        await using StoreSession store =
            await StoreSession.OpenAsync(_store.ToServerArguments(line), cancellationToken);
        LanguageModel model = store.Get<IModelReader>().ReadModel(folder.FullName);
        string id = line.GetValue(_id)
            ?? (File.Exists(folder.FullName) ? Path.GetFileNameWithoutExtension(folder.Name) : folder.Name);
        string[] aliases = line.GetValue(_aliases) ?? [];
        CheckNames(store.Get<IModelCatalog>(), id, aliases);
        ModelEntry entry = new()
        {
            Folder = folder.FullName,
            Aliases = aliases,
            Weights = line.GetValue(_weights),
        };
        ModelsFile file = new(store.Get<DataFolder>());
        await file.AddAsync(id, entry, cancellationToken);
        await Terminal.Out.WriteLineAsync(
            $"added {id} (context of {model.Config.ContextLength} tokens) to {file.Location}; restart the server to use it");
        await WarnOfSizeAsync(store, id, model, entry.Weights);
        return ExitCode.Success;
    }

    /// <summary>Another server may have more memory, so it is entered all the same.</summary>
    private async Task WarnOfSizeAsync(StoreSession store, string id, LanguageModel model, WeightFormat? weights)
    {
        const long megabyte = 1_000_000;
        long bytes = store.Get<IModelReader>().MeasureEngine(model, weights);
        int megabytesMax = store.Get<IOptions<ModelsOptions>>().Value.MemoryMegabytesMax;
        if (bytes <= megabytesMax * megabyte) return;
        await Terminal.Error.WriteLineAsync(
            $"warning: {id} takes {(bytes + megabyte - 1) / megabyte} MB of memory and Models:MemoryMegabytesMax is "
            + $"{megabytesMax}, so a server with these settings refuses to load it; raise the setting, or give --weights Q8 or Q4");
    }

    /// <summary>A server with such an entry would not start.</summary>
    private static void CheckNames(IModelCatalog catalog, string id, string[] aliases)
    {
        if (id.Length == 0 || id.Contains(':', StringComparison.Ordinal))
        {
            throw new CommandException($"--id '{id}': settings part names by colons; give one without");
        }

        foreach (string name in aliases.Prepend(id))
        {
            if (catalog.FindBase(name) is { } other && other.Id != id)
            {
                throw new CommandException($"{name} already means the model {other.Id}; give another --id or --alias");
            }
        }
    }
}
