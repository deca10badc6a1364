namespace Cremona.Server.Storage;

/// <summary>One call of a model.</summary>
/// <param name="Id">The trace id.</param>
/// <param name="AtMs">When it ended, Unix time in milliseconds.</param>
/// <param name="KeyId">Empty for JWT keys and in open mode.</param>
/// <param name="KeyName">Empty in open mode.</param>
/// <param name="Operation">For example <c>chatcompletion_pro</c>.</param>
/// <param name="Model">The name that was asked for.</param>
/// <param name="CachedTokens">The part of the input that did not have to be computed.</param>
/// <param name="FirstTokenMs">From the request to the first token; null when there was none.</param>
/// <param name="Status">0, the error's code, or 499 when the client left.</param>
public sealed record UsageRow(
    string Id, long AtMs, string GroupId, string KeyId, string KeyName, string Operation, string Model,
    long InputTokens, long CachedTokens, long OutputTokens, long? FirstTokenMs, long DurationMs, long Status);
