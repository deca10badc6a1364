using System.CommandLine;
using Cremona.Cli.CommandLine;
using Cremona.Inference.Checkpoints;
using Cremona.Inference.Checkpoints.Gguf;

namespace Cremona.Cli.Commands.Models;

/// <summary><c>cremona models convert SOURCE TARGET</c></summary>
internal sealed class ModelsConvertCommand : CremonaCommand
{
    private readonly Argument<FileSystemInfo> _source = new("source")
    {
        Description = "A Hugging Face folder or a GGUF file",
    };

    private readonly Argument<FileSystemInfo> _target = ModelTarget.Argument();
    private readonly Option<GgufType> _type = ModelTarget.Type();

    public ModelsConvertCommand(Terminal terminal)
        : base(terminal, "convert", "Write a model in another form: a GGUF file or a Hugging Face folder")
    {
        Add(_source);
        Add(_target);
        Add(_type);
        Examples =
        [
            "cremona models convert ./Qwen2.5-0.5B-Instruct qwen.gguf --type Q8_0",
            "cremona models convert qwen.gguf ./qwen --type BF16",
        ];
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken cancellationToken)
    {
        string source = line.GetRequiredValue(_source).FullName;
        string target = line.GetRequiredValue(_target).FullName;
        if (!Path.Exists(source))
        {
            throw new CommandException($"{source}: there is no such file or folder; check the path");
        }

        await Task.Run(() => Convert(source, target, line.GetValue(_type)), cancellationToken);
        await Terminal.Out.WriteLineAsync($"wrote {target}");
        return ExitCode.Success;
    }

    private static void Convert(string source, string target, GgufType type)
    {
        LanguageModel model = ModelFiles.Load(source);
        ModelFiles.Write(source, model, model.Source, target, type);
    }
}
