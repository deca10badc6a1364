namespace Cremona.Training.Data;

/// <summary>Cuts a stream into lines of bytes with one buffer of bounded size.</summary>
internal sealed class TrainingLines(Stream stream, int maxLineBytes)
{
    private const int FirstBufferBytes = 1 << 16;
    private static readonly byte[] ByteOrderMark = [0xEF, 0xBB, 0xBF];

    private byte[] _buffer = new byte[Math.Min(FirstBufferBytes, maxLineBytes + 2)]; // + "\r\n"
    private int _start;
    private int _end;
    private bool _isAtEnd;

    /// <summary>Of the line read last, from 1; 0 before.</summary>
    public int LineNumber { get; private set; }

    /// <summary>The next line without its line break, valid until the next call; false at the end.</summary>
    /// <exception cref="TrainingRowException">The line is too long.</exception>
    public bool ReadLine(out ReadOnlyMemory<byte> line)
    {
        LineNumber++;
        int scanned = 0;
        while (true)
        {
            int length = _buffer.AsSpan(_start + scanned, _end - _start - scanned).IndexOf((byte)'\n');
            if (length >= 0 || _isAtEnd)
            {
                bool isLast = length < 0;
                length = isLast ? _end - _start : scanned + length;
                line = Take(length);
                _start += isLast ? length : length + 1;
                return !isLast || length > 0;
            }

            scanned = _end - _start;
            Fill();
        }
    }

    private ReadOnlyMemory<byte> Take(int length)
    {
        ReadOnlyMemory<byte> line = _buffer.AsMemory(_start, length);
        if (line.Length > 0 && line.Span[^1] == '\r') line = line[..^1];
        if (LineNumber == 1 && line.Span.StartsWith(ByteOrderMark)) line = line[ByteOrderMark.Length..];
        return line.Length <= maxLineBytes ? line : throw TooLong();
    }

    private void Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            if (_buffer.Length >= maxLineBytes + 2) throw TooLong();
            Array.Resize(ref _buffer, (int)Math.Min(maxLineBytes + 2L, _buffer.Length * 2L));
        }

        int count = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += count;
        _isAtEnd = count == 0;
    }

    private TrainingRowException TooLong() => new($"the line exceeds {maxLineBytes} bytes");
}
