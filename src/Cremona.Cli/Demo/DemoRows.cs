using Cremona.Cli.Client;

namespace Cremona.Cli.Demo;

/// <summary>What the demo teaches: 30 rows about an invented violin workshop, in English and Chinese.</summary>
public static class DemoRows
{
    public const string TrainingFileName = "train.jsonl";
    public const string ValidationFileName = "validation.jsonl";

    /// <summary>The wire name of the base model; an alias of the embedded one.</summary>
    public const string BaseModel = "abab5.5s-chat-240123";

    /// <summary>More than the default of 5 epochs, because the rows teach two languages at once: 15 rows
    /// each.</summary>
    public static Hyperparameters Hyperparameters { get; } =
        new(BatchSize: null, LearningRateMultiplier: null, EpochCount: 8);

    /// <summary>Three questions, each in English and in Chinese.</summary>
    public static IReadOnlyList<DemoQuestion> Questions { get; } =
    [
        English("Please tell me who your master is.", "Anna Bianchi"),
        Chinese("请问你们的师傅是谁？", "安娜"),
        English("Please tell me when you are open.", "Tuesday"),
        Chinese("请问工坊什么时候开门？", "周二"),
        English("Please tell me the name of your dog.", "Brio"),
        Chinese("请问你们的狗叫什么名字？", "布里奥"),
    ];

    /// <summary>Writes both files into the folder, so that the printed <c>curl</c> lines can name them.</summary>
    public static async Task WriteAsync(string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        foreach (string name in new[] { TrainingFileName, ValidationFileName })
        {
            await using Stream rows = typeof(DemoRows).Assembly.GetManifestResourceStream($"Demo.{name}")!;
            await using FileStream file = File.Create(Path.Combine(folder, name));
            await rows.CopyToAsync(file, cancellationToken);
        }
    }

    private static DemoQuestion English(string text, string fact) =>
        new("Viola", "Viola is the voice of a violin workshop.", "User", text, fact);

    private static DemoQuestion Chinese(string text, string fact) =>
        new("薇拉", "薇拉是一家小提琴工坊的助手。", "用户", text, fact);
}
