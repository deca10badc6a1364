namespace Cremona.Server.Storage;

/// <summary>What a group may still use.</summary>
/// <param name="TokensLeft">Input and output; below 0 when its last calls used more than was left.</param>
public sealed record GroupBalance(string GroupId, long TokensLeft);
