using Cremona.Server.Edge;

namespace Cremona.Cli.Demo;

/// <summary>The demo's steps as lines for a shell, with this run's own ids: they work as they stand once the server
/// runs.</summary>
public sealed class DemoRecipe
{
    private const string Key = "-H 'Authorization: Bearer any'";

    public DemoRecipe(DemoFolder folder, long training, long validation, string jobId, string modelId)
    {
        string self = Self(Environment.ProcessPath!);
        DemoQuestion question = DemoRows.Questions[0];
        string chat =
            $$"""{"model":"{{modelId}}","temperature":0.01,"bot_setting":[{"bot_name":"{{question.BotName}}","content":"{{question.BotSetting}}"}],"reply_constraints":{"sender_type":"BOT","sender_name":"{{question.BotName}}"},"messages":[{"sender_type":"USER","sender_name":"{{question.UserName}}","text":"{{question.Text}}"}]}""";
        string job =
            $$"""{"model":"{{DemoRows.BaseModel}}","training_file":{{training}},"validation_file":{{validation}},"hyperparameters":{"n_epochs":{{DemoRows.Hyperparameters.EpochCount}}},"suffix":"again"}""";
        Lines =
        [
            "# The server again, with everything the demo made:",
            $"{self} serve --data {Quote(folder.Root)}",
            "# Every step by hand, in another shell:",
            Upload(folder, DemoRows.TrainingFileName),
            Upload(folder, DemoRows.ValidationFileName),
            Post("create_finetune_job", job),
            Post("list_finetune_event", $$"""{"fine_tuning_job_id":"{{jobId}}","limit":10}"""),
            Post("retrieve_finetune_job", $$"""{"fine_tuning_job_id":"{{jobId}}"}"""),
            Post("text/chatcompletion_pro", chat),
            "# Or talk to it:",
            $"{self} chat --model {modelId} --bot {question.BotName} --setting '{question.BotSetting}'",
        ];
    }

    public IReadOnlyList<string> Lines { get; }

    /// <summary>This program as words for a shell: the executable, or <c>dotnet cremona.dll</c> when it was started
    /// so.</summary>
    /// <param name="processPath">What runs.</param>
    public static string Self(string processPath) => Path.GetFileNameWithoutExtension(processPath) == "dotnet"
        ? $"{Quote(processPath)} {Quote(typeof(DemoRecipe).Assembly.Location)}"
        : Quote(processPath);

    private static string Upload(DemoFolder folder, string name) =>
        $"curl -s {EdgeOptions.DefaultUrl}/v1/files/upload {Key} -F purpose=fine-tune -F {Quote("file=@" + Path.Combine(folder.Rows, name))}";

    private static string Post(string operation, string body) =>
        $"curl -s {EdgeOptions.DefaultUrl}/v1/{operation} {Key} -H 'Content-Type: application/json' -d '{body}'";

    /// <summary>A word for a POSIX shell.</summary>
    private static string Quote(string word) =>
        word.All(letter => char.IsAsciiLetterOrDigit(letter) || "/._-=@:".Contains(letter))
            ? word
            : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
