namespace Cremona.Server.Models;

internal static partial class ModelsLog
{
    [LoggerMessage(1, LogLevel.Information, "Model {Id} loaded from {Folder}, context {ContextTokens} tokens")]
    public static partial void ModelLoaded(this ILogger log, string id, string folder, int contextTokens);

    [LoggerMessage(2, LogLevel.Information, "Adapter of {Id} loaded, rank {Rank}")]
    public static partial void AdapterLoaded(this ILogger log, string id, int rank);

    [LoggerMessage(3, LogLevel.Error, "Model {Id} cannot be loaded; requests that name it fail until it can")]
    public static partial void ModelFailed(this ILogger log, Exception fault, string id);

    [LoggerMessage(5, LogLevel.Information, "Model {Id} left memory, {Megabytes} MB of weights")]
    public static partial void ModelLeft(this ILogger log, string id, long megabytes);

    [LoggerMessage(4, LogLevel.Information, "{Count} tuned models were not called for {Lapse} and are gone")]
    public static partial void ModelsLapsed(this ILogger log, int count, TimeSpan lapse);

    [LoggerMessage(7, LogLevel.Warning, "Model {Id} is deleted and could not be taken away whole; the next sweep goes on")]
    public static partial void RemovalFailed(this ILogger log, Exception fault, string id);

    [LoggerMessage(6, LogLevel.Error, "Model {Id} takes {Megabytes} MB of memory and {Setting} is {Limit}; raise it, or set smaller Weights for the model")]
    public static partial void ModelTooLarge(this ILogger log, string id, long megabytes, string setting, int limit);
}
