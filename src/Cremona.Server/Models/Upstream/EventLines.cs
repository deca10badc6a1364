namespace Cremona.Server.Models.Upstream;

/// <summary>Reads the data of server-sent events. Each event's data is one line, as all chat servers write it; comments
/// and other fields are skipped. For one reader.</summary>
/// <param name="source">Not owned.</param>
/// <param name="lineBytesMax">Of one line.</param>
/// <param name="bytesMax">Of everything.</param>
internal sealed class EventLines(Stream source, int lineBytesMax, int bytesMax)
{
    private const int FirstBytes = 4096;

    private byte[] _buffer = new byte[FirstBytes];
    private int _start;
    private int _end;
    private long _bytes;

    private static ReadOnlySpan<byte> Prefix => "data:"u8;

    /// <summary>What stands behind <c>data:</c> in the next line that has it, valid until the next call; null at the
    /// end. A line without its line break at the end of a stream was cut, and does not count.</summary>
    /// <exception cref="UpstreamException">A line or the whole is too long.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken)
    {
        int searched = 0; // of the bytes held
        while (true)
        {
            int found = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (found >= 0)
            {
                ReadOnlyMemory<byte> line = _buffer.AsMemory(_start, searched + found);
                _start += searched + found + 1;
                searched = 0;
                if (line.Span.StartsWith(Prefix))
                {
                    return Trim(line[Prefix.Length..]);
                }

                continue;
            }

            searched = _end - _start;
            if (!await FillAsync(cancellationToken))
            {
                return null;
            }
        }
    }

    private static ReadOnlyMemory<byte> Trim(ReadOnlyMemory<byte> line)
    {
        line = line.Span.StartsWith(" "u8) ? line[1..] : line;
        return line.Span.EndsWith("\r"u8) ? line[..^1] : line;
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        int held = _end - _start;
        if (held > lineBytesMax)
        {
            throw new UpstreamException(UpstreamFault.Malformed, $"a line is longer than {lineBytesMax} bytes");
        }

        if (_end == _buffer.Length)
        {
            byte[] target = held > _buffer.Length / 2 ? new byte[2 * _buffer.Length] : _buffer;
            _buffer.AsSpan(_start, held).CopyTo(target);
            (_buffer, _start, _end) = (target, 0, held);
        }

        int read = await source.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        _end += read;
        _bytes += read;
        return _bytes > bytesMax
            ? throw new UpstreamException(UpstreamFault.Malformed, $"the answer is longer than {bytesMax} bytes")
            : read > 0;
    }
}
