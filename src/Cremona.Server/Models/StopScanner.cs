using System.Text;

namespace Cremona.Server.Models;

/// <summary>Ends a stream of text before the first stop sequence, also where the sequence arrives in pieces: text that
/// may be the beginning of one is held back. One per stream.</summary>
internal sealed class StopScanner(IEnumerable<string> stopSequences)
{
    private readonly string[] _stops = [.. stopSequences.Where(stop => stop.Length > 0)];
    private readonly StringBuilder _held = new();

    /// <summary>A stop sequence was found; nothing comes any more.</summary>
    public bool IsStopped => Found is not null;

    /// <summary>That stop sequence; null before.</summary>
    public string? Found { get; private set; }

    /// <summary>What stood in the text behind it.</summary>
    public string Rest { get; private set; } = "";

    /// <summary>The text that certainly stands before any stop sequence.</summary>
    public string Append(string text)
    {
        if (_stops.Length == 0 || IsStopped)
        {
            return IsStopped ? "" : text;
        }

        string all = _held.Append(text).ToString();
        _held.Clear();
        if (FindStop(all) is var (stopAt, found))
        {
            Found = found;
            Rest = all[(stopAt + found.Length)..];
            return all[..stopAt];
        }

        int held = _stops.Max(stop => OpenLength(all, stop));
        _held.Append(all.AsSpan(all.Length - held));
        return all[..^held];
    }

    /// <summary>What was held back for nothing, at the end of the stream.</summary>
    public string Flush()
    {
        string held = _held.ToString();
        _held.Clear();
        return held;
    }

    /// <summary>Where the stop sequence begins that is complete first, so that the answer does not depend on the
    /// pieces.</summary>
    private (int Start, string Stop)? FindStop(string text)
    {
        (int End, int Start, string Stop)[] found =
        [
            .. from stop in _stops
               let start = text.IndexOf(stop, StringComparison.Ordinal)
               where start >= 0
               select (start + stop.Length, start, stop),
        ];
        return found.Length == 0 ? null : (found.Min().Start, found.Min().Stop);
    }

    /// <summary>Length of the longest end of the text with which the stop sequence may begin.</summary>
    private static int OpenLength(string text, string stop)
    {
        for (int length = Math.Min(text.Length, stop.Length - 1); length > 0; length--)
        {
            if (text.AsSpan(text.Length - length).SequenceEqual(stop.AsSpan(0, length)))
            {
                return length;
            }
        }

        return 0;
    }
}
