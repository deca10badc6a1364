using Cremona.Protocol.FineTuning;

namespace Cremona.Cli.Commands.FineTuning;

/// <summary>Lines for a pipe or a log: every event, and progress at most once in five seconds.</summary>
public sealed class PlainJobView(TextWriter output, TimeProvider clock) : IJobView
{
    private static readonly TimeSpan ProgressEvery = TimeSpan.FromSeconds(5);

    private readonly ProgressText _text = new(clock);
    private long? _shownAt;

    public void Show(FinetuneEvent item, FinetuneEventMessage transition) =>
        output.WriteLine(EventText.Describe(item, transition));

    public void Show(FinetuneProgress progress)
    {
        string text = _text.Describe(progress);
        bool isDue = _shownAt is not { } shownAt || clock.GetElapsedTime(shownAt) >= ProgressEvery;
        if (isDue || progress.Step == progress.StepCount)
        {
            _shownAt = clock.GetTimestamp();
            output.WriteLine(text);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
