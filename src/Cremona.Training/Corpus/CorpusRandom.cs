namespace Cremona.Training.Corpus;

/// <summary>The random numbers of one sample: SplitMix64 (Steele et al., 2014) started from seed and index, so that any
/// sample can be made without those before it and is the same on every machine.</summary>
internal sealed class CorpusRandom(ulong seed, long index)
{
    private const ulong Step = 0x9E3779B97F4A7C15;
    private ulong _state = Mix(seed ^ Mix((ulong)index * Step));

    /// <summary>Uniform in [0, <paramref name="limit"/>).</summary>
    public int Next(int limit)
    {
        _state += Step;
        return (int)Math.BigMul(Mix(_state), (ulong)limit, out _);
    }

    /// <summary>Uniform in [<paramref name="low"/>, <paramref name="high"/>].</summary>
    public int Between(int low, int high) => low + Next(high - low + 1);

    /// <summary>True that often in a hundred.</summary>
    public bool Percent(int percent) => Next(100) < percent;

    public T Pick<T>(IReadOnlyList<T> items) => items[Next(items.Count)];

    /// <summary>Some of the items, each at most once, in random order.</summary>
    public IReadOnlyList<T> PickSome<T>(IReadOnlyList<T> items, int count)
    {
        T[] shuffled = [.. items];
        for (int i = 0; i < count; i++)
        {
            int other = Between(i, shuffled.Length - 1);
            (shuffled[i], shuffled[other]) = (shuffled[other], shuffled[i]);
        }

        return shuffled[..count];
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
