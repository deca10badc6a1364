using Cremona.Cli.Client;

namespace Cremona.Cli.Commands.FineTuning;

/// <summary>Where the news of a followed job is shown.</summary>
public interface IJobView : IAsyncDisposable
{
    void Show(RemoteEvent item, JobTransition transition);

    void Show(RemoteProgress progress);
}
