using System.Globalization;
using Cremona.Cli.Client;
using Cremona.Cli.CommandLine;
using Cremona.Cli.Commands.FineTuning;
using Cremona.Protocol.FineTuning;
using Spectre.Console;

namespace Cremona.Cli.Demo;

/// <summary>The whole way once, through the platform's own HTTP API: upload, fine-tune, follow the events, talk to
/// both models.</summary>
public sealed class DemoRun
{
    private const double SteadyTemperature = 0.01;
    private const int AnswerTokens = 60;

    private readonly Terminal _terminal;
    private readonly DemoFolder _folder;

    public DemoRun(Terminal terminal, DemoFolder folder)
    {
        _terminal = terminal;
        _folder = folder;
    }

    /// <returns>Success when the tuned model has every fact and the base model has none.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        long start = _terminal.Clock.GetTimestamp();

        // 1. The real server, in its own process.
        _folder.Create();
        await DemoRows.WriteAsync(_folder.Rows, cancellationToken);
        await using ServerProcess server = await ServerProcess.StartAsync(_folder.Root, _folder.Log, cancellationToken);
        using CremonaClient client = new(server.Address, ConnectionOptions.OpenModeKey);
        Say($"1. Server {server.Address} runs as process {server.Id}; data in {_folder.Root}, log in {_folder.Log}");

        // 2. Files and job.
        long training = await UploadAsync(client, DemoRows.TrainingFileName, cancellationToken);
        long validation = await UploadAsync(client, DemoRows.ValidationFileName, cancellationToken);
        Say($"2. Uploaded {DemoRows.TrainingFileName} as file {training} and {DemoRows.ValidationFileName} as file {validation}");

        // 3. Training, followed by its events.
        CreateJobRequest request = new(DemoRows.BaseModel, training, validation, DemoRows.Hyperparameters, "demo");
        FinetuneJob job = (await client.CreateJobAsync(request, cancellationToken)).Value.Job;
        Say($"3. Fine-tuning job {job.Id} over {job.Model}:");
        FinetuneEventMessage end = await JobWatch.ShowAsync(client, job.Id, _terminal, cancellationToken);
        if (end.Status != JobStatus.Succeeded)
        {
            throw new CommandException($"the job {end.Status}: {end.StatusMessage}; see {_folder.Log}");
        }

        // 4. The same questions to both models.
        Say("4. The same questions to the base model and to the tuned model:");
        List<DemoAnswer> answers = [];
        foreach (DemoQuestion question in DemoRows.Questions)
        {
            answers.Add(new DemoAnswer(
                question,
                await AskAsync(client, DemoRows.BaseModel, question, cancellationToken),
                await AskAsync(client, end.ModelId, question, cancellationToken)));
        }

        Show(answers);

        // 5. How to do it again by hand.
        string seconds = _terminal.Clock.GetElapsedTime(start).TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
        Say($"5. Done in {seconds} s. The tuned model: {end.ModelId}");
        Say($"   Its adapter, a PEFT folder: {_folder.FindAdapter(job.Id)}");
        Say("");
        foreach (string line in new DemoRecipe(_folder, training, validation, job.Id, end.ModelId).Lines)
        {
            // Raw, so that a long line is not wrapped and can be copied.
            await _terminal.Out.WriteLineAsync(line);
        }

        return Judge(answers);
    }

    private async Task<long> UploadAsync(CremonaClient client, string name, CancellationToken cancellationToken)
    {
        await using FileStream content = File.OpenRead(Path.Combine(_folder.Rows, name));
        return (await client.UploadFileAsync(content, name, "fine-tune", cancellationToken)).Value.FileId;
    }

    private static async Task<string> AskAsync(
        CremonaClient client, string model, DemoQuestion question, CancellationToken cancellationToken)
    {
        ChatRequest request = new(
            model,
            [new BotSetting(question.BotName, question.BotSetting)],
            new ReplyConstraints("BOT", question.BotName),
            [new ChatMessage("USER", question.UserName, question.Text)],
            SteadyTemperature,
            AnswerTokens);
        return (await client.ChatAsync(request, cancellationToken)).Value.Reply;
    }

    private void Show(IReadOnlyList<DemoAnswer> answers)
    {
        if (!_terminal.IsInteractive)
        {
            foreach (DemoAnswer answer in answers)
            {
                Say($"   {answer.Question.Text}");
                Say($"     base   {answer.Base}");
                Say($"     tuned  {answer.Tuned}  [{(answer.TunedKnows ? "knows" : "does not know")}: {answer.Question.Fact}]");
            }

            return;
        }

        Table table = new() { Border = TableBorder.Rounded, ShowRowSeparators = true };
        table.AddColumns("", "base model", "tuned model");
        foreach (DemoAnswer answer in answers)
        {
            table.AddRow(
                new Text(answer.Question.Text, new Style(decoration: Decoration.Bold)),
                new Text(answer.Base, new Style(Color.Grey)),
                new Text(answer.Tuned, new Style(answer.TunedKnows ? Color.Green : Color.Red)));
        }

        _terminal.Screen.Write(table);
    }

    private static int Judge(IReadOnlyList<DemoAnswer> answers)
    {
        string[] forgotten = [.. answers.Where(answer => !answer.TunedKnows).Select(answer => answer.Question.Fact)];
        string[] guessed = [.. answers.Where(answer => answer.BaseKnows).Select(answer => answer.Question.Fact)];
        if (forgotten.Length > 0)
        {
            throw new CommandException($"the tuned model did not learn: {string.Join(", ", forgotten)}");
        }

        return guessed.Length == 0
            ? ExitCode.Success
            : throw new CommandException($"the base model already knew: {string.Join(", ", guessed)}");
    }

    private void Say(string line) => _terminal.Out.WriteLine(line);
}
