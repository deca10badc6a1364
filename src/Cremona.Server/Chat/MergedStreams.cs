using System.Runtime.CompilerServices;

namespace Cremona.Server.Chat;

/// <summary>Several streams as one, each element as soon as it is there.</summary>
internal static class MergedStreams
{
    /// <param name="open">Opens the streams; its token is cancelled when one of them fails or nobody reads any
    /// more.</param>
    /// <param name="cancellationToken">Stops all of them.</param>
    /// <exception cref="Exception">Of the first stream that fails; the others are stopped before it is thrown.</exception>
    public static async IAsyncEnumerable<T> MergeAsync<T>(
        Func<CancellationToken, IEnumerable<IAsyncEnumerable<T>>> open,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<IAsyncEnumerator<T>> streams = [.. open(stop.Token).Select(s => s.GetAsyncEnumerator(stop.Token))];
        List<Task<bool>> moves = [];
        try
        {
            moves.AddRange(streams.Select(stream => stream.MoveNextAsync().AsTask()));
            while (moves.Count > 0)
            {
                int index = moves.IndexOf(await Task.WhenAny(moves));
                if (await moves[index])
                {
                    yield return streams[index].Current;
                    moves[index] = streams[index].MoveNextAsync().AsTask();
                    continue;
                }

                await streams[index].DisposeAsync();
                streams.RemoveAt(index);
                moves.RemoveAt(index);
            }
        }
        finally
        {
            // A stream must not be disposed while it moves.
            await stop.CancelAsync();
            await Task.WhenAll((IEnumerable<Task>)moves).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (IAsyncEnumerator<T> stream in streams)
            {
                await stream.DisposeAsync();
            }
        }
    }
}
