namespace Cremona.Server.Models;

/// <summary>How something comes into a <see cref="LoadedStock{T}"/>.</summary>
/// <param name="MeasureAsync">Finds out how many bytes it will take, without loading it.</param>
/// <param name="RunAsync">Loads it; there is room for it now.</param>
internal readonly record struct StockLoad<T>(Func<Task<long>> MeasureAsync, Func<Task<T>> RunAsync);
