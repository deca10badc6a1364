namespace Cremona.EndToEnd.Tests;

/// <summary>Readable bytes of any length that run an action once, in the moment when so many have been read.</summary>
internal sealed class TriggerStream(long length, long triggerAt, Func<Task> action) : Stream
{
    private const int Piece = 16 * 1024;

    private long _position;
    private bool _isDone;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position >= triggerAt && !_isDone)
        {
            _isDone = true;
            await action();
        }

        int count = (int)Math.Min(Math.Min(buffer.Length, Piece), length - _position);
        buffer.Span[..count].Fill((byte)'x');
        _position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
