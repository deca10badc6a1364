using Cremona.Protocol.FineTuning;
using Spectre.Console;

namespace Cremona.Cli.Commands.FineTuning;

/// <summary>A progress bar that is redrawn in place, below the events.</summary>
public sealed class LiveJobView : IJobView
{
    private readonly IAnsiConsole _screen;
    private readonly ProgressText _text;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ProgressTask? _bar;
    private Task? _drawing;

    public LiveJobView(IAnsiConsole screen, TimeProvider clock)
    {
        _screen = screen;
        _text = new ProgressText(clock);
    }

    public void Show(FinetuneEvent item, FinetuneEventMessage transition)
    {
        string colour = item.Level == "error" ? "red" : "green";
        _screen.MarkupLine($"[{colour}]{Markup.Escape(EventText.Describe(item, transition))}[/]");
    }

    public void Show(FinetuneProgress progress)
    {
        string description = Markup.Escape(_text.Describe(progress));
        _drawing ??= DrawAsync(description, progress.StepCount);
        _bar!.Description = description;
        _bar.Value = progress.Step;
    }

    public async ValueTask DisposeAsync()
    {
        _closed.TrySetResult();
        if (_drawing is not null)
        {
            await _drawing;
        }
    }

    private Task DrawAsync(string description, long stepCount) =>
        _screen.Progress()
            .AutoClear(false)
            .HideCompleted(false)
            .Columns(new ProgressBarColumn { Width = 30 }, new TaskDescriptionColumn { Alignment = Justify.Left })
            .StartAsync(async context =>
            {
                // Runs up to the first await inside StartAsync, so the bar is there when Show goes on.
                _bar = context.AddTask(description, maxValue: stepCount);
                await _closed.Task;
            });
}
