using Cremona.Server.Edge;

namespace Cremona.Server.Files;

/// <summary>The body of one part. A form that ends early is the caller's mistake, and must not look like a failing
/// disk.</summary>
internal sealed class PartStream(Stream inner) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The multipart reader throws bare IOExceptions; a broken connection has types of its own.</summary>
    public static bool IsBrokenForm(Exception fault) =>
        fault is InvalidDataException || fault.GetType() == typeof(IOException);

    public static ApiException BrokenForm() =>
        ApiException.InvalidParameters("the multipart body is broken or ends early");

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await inner.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception fault) when (IsBrokenForm(fault))
        {
            throw BrokenForm();
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("Read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
