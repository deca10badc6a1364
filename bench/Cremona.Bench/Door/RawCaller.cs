using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cremona.Bench.Door;

/// <summary>One connection that sends the same request again and again, with as little work as can be: what the caller
/// costs is not measured.</summary>
internal sealed class RawCaller : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _request;
    private readonly byte[] _buffer = new byte[64 * 1024];

    public RawCaller(string path, string key, string body) => _request = Encoding.UTF8.GetBytes(
        $"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n"
        + $"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");

    public Task ConnectAsync(int port) => _socket.ConnectAsync(IPAddress.Loopback, port);

    /// <returns>The answer's body, valid until the next call.</returns>
    /// <exception cref="InvalidDataException">The answer is not 200 with a length.</exception>
    public async Task<ReadOnlyMemory<byte>> CallAsync()
    {
        await _socket.SendAsync(_request);
        int read = 0;
        while (true)
        {
            int received = await _socket.ReceiveAsync(_buffer.AsMemory(read));
            read += received;
            int head = _buffer.AsSpan(0, read).IndexOf("\r\n\r\n"u8);
            if (head >= 0 && read >= head + 4 + LengthOf(_buffer.AsSpan(0, head)))
            {
                return _buffer.AsMemory(head + 4, read - head - 4);
            }

            if (received == 0 || read == _buffer.Length)
            {
                throw new InvalidDataException(Encoding.UTF8.GetString(_buffer, 0, read));
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private static int LengthOf(ReadOnlySpan<byte> head)
    {
        ReadOnlySpan<byte> name = "Content-Length: "u8;
        int start = head.IndexOf(name);
        if (!head.StartsWith("HTTP/1.1 200"u8) || start < 0)
        {
            throw new InvalidDataException(Encoding.UTF8.GetString(head));
        }

        ReadOnlySpan<byte> rest = head[(start + name.Length)..];
        int end = rest.IndexOf((byte)'\r');
        return int.Parse(end < 0 ? rest : rest[..end], NumberStyles.None, CultureInfo.InvariantCulture);
    }
}
