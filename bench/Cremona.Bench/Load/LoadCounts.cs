namespace Cremona.Bench.Load;

/// <summary>What became of the calls. Thread-safe.</summary>
internal sealed class LoadCounts
{
    private readonly Lock _gate = new();
    private readonly List<double> _seconds = [];

    public int WholeCount => _seconds.Count;

    public int WrongCount { get; private set; }

    public int CutCount { get; private set; }

    public void Add(bool isWhole, bool isRight, TimeSpan time)
    {
        lock (_gate)
        {
            if (!isWhole)
            {
                CutCount++;
                return;
            }

            _seconds.Add(time.TotalSeconds);
            if (!isRight) WrongCount++;
        }
    }

    /// <summary>Seconds to a whole answer; after the last call.</summary>
    public double Percentile(int percent)
    {
        _seconds.Sort();
        return _seconds.Count == 0 ? 0 : _seconds[_seconds.Count * percent / 100];
    }
}
