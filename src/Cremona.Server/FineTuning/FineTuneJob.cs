using Cremona.Server.Jobs;

namespace Cremona.Server.FineTuning;

/// <summary>A fine-tuning job whole: its state and its task.</summary>
public sealed record FineTuneJob(Job Job, FineTuneTask Task);
