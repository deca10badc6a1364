namespace Cremona.Server.Jobs;

/// <summary>How far an attempt has come; shown to the owner, never needed to go on.</summary>
public sealed record JobProgress(long Step, long StepCount, double TrainLoss, double TokensPerSecond);
