using System.Runtime.CompilerServices;

namespace Cremona.Server.Models.Upstream;

/// <summary>The equal servers that run one model. Thread-safe.</summary>
internal sealed class UpstreamPool : IDisposable
{
    /// <summary>A server that asks for more patience than this is not waited for; the client is told instead.</summary>
    private static readonly TimeSpan PatienceMax = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly string _id;
    private readonly UpstreamEntry _entry;
    private readonly UpstreamReplica[] _replicas;
    private readonly HttpMessageInvoker _http;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private int _turn;

    /// <param name="id">The entry's id, for the log.</param>
    /// <param name="entry">Valid.</param>
    /// <param name="clock">For time limits, pauses and breaks.</param>
    /// <param name="log">Takes failures with their causes.</param>
    public UpstreamPool(string id, UpstreamEntry entry, TimeProvider clock, ILogger log)
    {
        _id = id;
        _entry = entry;
        _clock = clock;
        _log = log;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(entry.ConnectSeconds),
            PooledConnectionLifetime = ConnectionLifetime, // Names may come to mean other machines.
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
        });
        _replicas = [.. entry.Urls.Distinct().Select(url => new UpstreamReplica(new Uri(url), entry, _http, clock))];
        Model = entry.Model.Length > 0 ? entry.Model : id;
        ContextTokens = entry.ContextTokens;
    }

    /// <summary>The model's name on these servers.</summary>
    public string Model { get; }

    public int ContextTokens { get; }

    /// <summary>Tuned models run on these servers too.</summary>
    public bool LoadsAdapters => _entry.LoadsAdapters;

    /// <summary>The servers keep what they have computed apart by group.</summary>
    public bool SaltsCache => _entry.SaltsCache;

    /// <summary>The model reads images.</summary>
    public bool ReadsImages => _entry.Vision;

    /// <summary>Where the servers see a file of this server's data folder.</summary>
    public string Translate(string path, string dataFolder) => _entry.DataFolder.Length == 0
        ? path
        : Path.Combine(_entry.DataFolder, Path.GetRelativePath(dataFolder, path));

    /// <summary>Frees the adapter of a deleted model on every server, at once everywhere, whether or not this process
    /// loaded it.</summary>
    /// <returns>False: a server did not, and is to be asked again.</returns>
    public async Task<bool> UnloadAsync(string name, CancellationToken cancellationToken)
    {
        bool[] isFreed = await Task.WhenAll(
            _replicas.Select(replica => UnloadAsync(replica, name, cancellationToken)));
        return !isFreed.Contains(false);
    }

    /// <summary>1. Choose the server with the least to do. 2. Ask it; while no token has come, a fault is tried again
    /// elsewhere. 3. Pass on what comes; a fault ends it.</summary>
    /// <param name="request">What to send.</param>
    /// <param name="cancellationToken">Ends the call there too.</param>
    /// <exception cref="UpstreamException">On a move.</exception>
    public async IAsyncEnumerable<UpstreamChunk> StreamAsync(
        UpstreamRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using UpstreamCall call = await OpenAsync(request, cancellationToken);
        for (UpstreamChunk? chunk = call.First; chunk is not null; chunk = await ReadAsync(call)) // 3
        {
            yield return chunk;
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<bool> UnloadAsync(UpstreamReplica replica, string name, CancellationToken cancellationToken)
    {
        try
        {
            await replica.Adapters.UnloadAsync(name, cancellationToken);
            return true;
        }
        catch (UpstreamException fault)
        {
            _log.AnswerFailed(fault, _id, replica.Address, fault.Message);
            return false;
        }
    }

    private async Task<UpstreamCall> OpenAsync(UpstreamRequest request, CancellationToken cancellationToken)
    {
        List<UpstreamReplica> tried = [];
        for (int attempt = 1; ; attempt++)
        {
            UpstreamReplica replica = Enter(tried) ?? throw AllRest(); // 1
            try
            {
                return await UpstreamCall.BeginAsync(replica, _entry, request, _clock, cancellationToken); // 2
            }
            catch (UpstreamException fault)
            {
                _log.AttemptFailed(fault, _id, replica.Address, attempt, fault.Message);
                bool isForgotten = fault.Fault == UpstreamFault.UnknownModel && request.Adapter is not null;
                if (!(fault.IsRetryable || isForgotten) || attempt > _entry.RetriesMax)
                {
                    throw;
                }

                tried.Add(replica);
                await PauseAsync(tried, fault, cancellationToken);
            }
        }
    }

    private async ValueTask<UpstreamChunk?> ReadAsync(UpstreamCall call)
    {
        try
        {
            return await call.ReadAsync();
        }
        catch (UpstreamException fault)
        {
            _log.AnswerFailed(fault, _id, call.Address, fault.Message);
            throw;
        }
    }

    /// <summary>The one that is not tried yet and has the least to do; of equals, each in turn.</summary>
    private UpstreamReplica? Enter(List<UpstreamReplica> tried)
    {
        lock (_gate)
        {
            int turn = _turn++ % _replicas.Length;
            UpstreamReplica? chosen = _replicas.Skip(turn).Concat(_replicas.Take(turn))
                .OrderBy(replica => tried.Contains(replica)).ThenBy(replica => replica.CallsAtWork)
                .FirstOrDefault(replica => replica.Breaker.TryEnter());
            chosen?.Enter();
            return chosen;
        }
    }

    /// <summary>Another server that may be called is asked at once; the same ones again only after a while.</summary>
    private async Task PauseAsync(
        List<UpstreamReplica> tried, UpstreamException fault, CancellationToken cancellationToken)
    {
        if (_replicas.Any(other => !tried.Contains(other) && other.Breaker.MayEnter))
        {
            return;
        }

        if (fault.RetryAfter > PatienceMax)
        {
            throw fault;
        }

        int rounds = tried.Count(one => one == tried[^1]); // At most RetriesMax, which is 10 at most.
        TimeSpan own = FirstPause * (1 << (rounds - 1));
        await Task.Delay(fault.RetryAfter ?? (own < PatienceMax ? own : PatienceMax), _clock, cancellationToken);
    }

    private UpstreamException AllRest() => new(UpstreamFault.Unreachable, "all servers are left alone after failures")
    {
        RetryAfter = _replicas.Min(replica => replica.Breaker.Rest),
    };
}
