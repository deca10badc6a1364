using System.CommandLine;
using Cremona.Inference.Checkpoints.Gguf;

namespace Cremona.Cli.Commands.Models;

/// <summary>Where a command writes a model, and in which element type.</summary>
internal static class ModelTarget
{
    private static readonly GgufType[] Written =
        [GgufType.F32, GgufType.F16, GgufType.BF16, GgufType.Q8_0, GgufType.Q4_0];

    public static Argument<FileSystemInfo> Argument() => new("target")
    {
        Description = "A file that ends in .gguf, or a folder for the form of Hugging Face",
    };

    public static Option<GgufType> Type()
    {
        Option<GgufType> option = new("--type")
        {
            Description = $"Type of the matrices: {string.Join(", ", Written)}; a folder holds the first three",
            DefaultValueFactory = _ => GgufType.BF16,
            HelpName = "TYPE",
        };
        option.Validators.Add(result =>
        {
            if (result.GetValue(option) is var type && !Written.Contains(type))
            {
                result.AddError($"--type {type}: this type is read, not written; choose of {string.Join(", ", Written)}");
            }
        });
        return option;
    }
}
