using Cremona.Protocol.FineTuning;

namespace Cremona.Cli.Commands.FineTuning;

/// <summary>Where the news of a followed job is shown.</summary>
public interface IJobView : IAsyncDisposable
{
    void Show(FinetuneEvent item, FinetuneEventMessage transition);

    void Show(FinetuneProgress progress);
}
