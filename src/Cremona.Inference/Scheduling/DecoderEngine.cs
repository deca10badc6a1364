using System.Diagnostics;
using System.Runtime.CompilerServices;
using Cremona.Inference.Adapters;
using Cremona.Inference.Architectures;
using Cremona.Inference.Kernels;
using Cremona.Inference.KvCache;
using Cremona.Inference.Sampling;

namespace Cremona.Inference.Scheduling;

/// <summary>Generates with one decoder for many sequences at a time. Sequences join and leave between steps; each has
/// its own adapter, sampling, seed and limits.</summary>
/// <remarks>A sequence's tokens depend on its own request only: not on what else runs, on the order of arrival or on
/// the number of threads. One thread of its own drives the steps; it sleeps while there is nothing to do. Thread-safe.
/// Not read tokens wait in memory, at most <see cref="GenerationRequest.MaxTokens"/> of a request.</remarks>
public sealed class DecoderEngine : IGenerationEngine, IDisposable
{
    private readonly EngineOptions _options;
    private readonly DecoderConfig _config;
    private readonly int _drawnTokenCount;
    private readonly ComputePool _pool;
    private readonly SequenceQueue _queue;
    private readonly Thread _thread;
    private readonly Func<GenerationSequence, bool> _tryStart;

    // Held during a pass: the forward pass has one working memory.
    private readonly Lock _forwardGate = new();

    // Of the engine's thread only.
    private readonly List<GenerationSequence> _running = [];
    private readonly List<(GenerationSequence Sequence, ForwardSegment Segment)> _step = [];
    private readonly List<ForwardSegment> _segments = [];
    private readonly SamplingScratch _sampling = new();
    private readonly StepPace _pace;
    private readonly StepShares _shares;
    private float[] _logits = [];

    // Null when the engine has stopped.
    private DecoderForward? _forward;
    private PagePool? _pages;

    /// <summary>Reads and packs the weights, and starts.</summary>
    /// <param name="source">Read once, here.</param>
    /// <param name="format">How the weights lie in memory; <see cref="IDecoderSource.Format"/> loses nothing.</param>
    /// <param name="options">Validated by the caller.</param>
    /// <param name="tokenCount">Ids of the tokenizer, 1 to the model's vocabulary; larger ids are never drawn, since
    /// embeddings are often padded. Null draws from the whole vocabulary.</param>
    /// <exception cref="InvalidDataException">A tensor cannot be read, or a weight is not finite and the format cannot
    /// hold it.</exception>
    public DecoderEngine(IDecoderSource source, WeightFormat format, EngineOptions options, int? tokenCount = null)
        : this(source, format, options, tokenCount, StartThreads(options))
    {
    }

    /// <param name="pool">The engine's own from now on: disposed with it, or here when it cannot start.</param>
    internal DecoderEngine(
        IDecoderSource source, WeightFormat format, EngineOptions options, int? tokenCount, ComputePool pool)
    {
        _pool = pool;
        try
        {
            _options = options;
            _config = source.Config;
            _drawnTokenCount = tokenCount ?? _config.VocabularySize;
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(_drawnTokenCount, nameof(tokenCount));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(
                _drawnTokenCount, _config.VocabularySize, nameof(tokenCount));
            _forward = new DecoderForward(source, format, pool);
            WeightBytes = _forward.WeightBytes;
            _pages = MakePool(new PageLayout(_config, options.CacheFormat), options.CacheMegabytesMax);
            _queue = new SequenceQueue(options.MaxBatchSize + options.QueueLength);
            _pace = new StepPace(options.MaxBatchSize, options.PrefillSlowdownMax);
            _shares = new StepShares(options.MaxBatchSize);
            _tryStart = sequence => sequence.TryStart(Pages);
            _thread = new Thread(Loop) { IsBackground = true, Name = "decoder engine" };
            _thread.Start();
        }
        catch
        {
            pool.Dispose();
            throw;
        }

        EngineMetrics.Watch(this);
    }

    /// <summary>Sequences that wait for a place in the batch.</summary>
    internal int QueueLength => _queue.Length;

    /// <summary>Cache pages that running sequences hold.</summary>
    internal int HeldPages => _pages?.HeldCount ?? 0;

    /// <summary>Cache pages in memory: held, findable or empty.</summary>
    internal int AllocatedPages => _pages?.AllocatedCount ?? 0;

    /// <summary>What the sequences share.</summary>
    /// <exception cref="ObjectDisposedException">The engine has stopped.</exception>
    internal PagePool Pages => _pages ?? throw new ObjectDisposedException(nameof(DecoderEngine));

    /// <summary>Weights and working memory.</summary>
    /// <exception cref="ObjectDisposedException">The engine has stopped.</exception>
    internal DecoderForward Forward => _forward ?? throw new ObjectDisposedException(nameof(DecoderEngine));

    /// <inheritdoc/>
    /// <remarks>Also when it has stopped and holds them no more.</remarks>
    public long WeightBytes { get; }

    /// <inheritdoc/>
    /// <remarks>The request is checked at once; it is queued when the first element is asked for.</remarks>
    /// <exception cref="ArgumentException">The prompt is empty, holds an unknown id or leaves no room in the context;
    /// a limit or a sampling option is outside its range; or the adapter does not fit the model.</exception>
    /// <exception cref="EngineBusyException">On the first element: the queue is full, or became so while the request
    /// waited and its group has the most requests in it.</exception>
    /// <exception cref="InvalidDataException">On an element: weights of the model or of the adapter lead to logits that
    /// are not finite.</exception>
    public IAsyncEnumerable<GeneratedToken> StreamAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        Check(request);
        return ReadAsync(new GenerationSequence(request, _config.ContextLength), cancellationToken);
    }

    /// <summary>Logits of every token of a text, as training sees them. Waits for the step in progress.</summary>
    /// <param name="tokens">Ids, at least one, at most the model's context.</param>
    /// <param name="adapter">Null runs the base model.</param>
    /// <param name="logits">[tokens, vocabularySize], written.</param>
    /// <exception cref="ArgumentException">A token is unknown, the text is empty or too long, or the adapter does not
    /// fit.</exception>
    public void Logits(ReadOnlySpan<int> tokens, LoraAdapter? adapter, Span<float> logits)
    {
        CheckTokens(tokens, _config.ContextLength);
        int[] copy = tokens.ToArray();

        // Pages of its own, so that it neither waits for running sequences nor takes their room.
        var pages = new PagePool(Pages.Layout, PageLayout.PageCount(copy.Length));
        using SequenceCache cache = pages.TryReserve(copy.Length)!;
        for (int done = 0; done < copy.Length; done += _options.PrefillChunkTokens)
        {
            int count = Math.Min(_options.PrefillChunkTokens, copy.Length - done);
            var segment = new ForwardSegment(cache, adapter, copy.AsMemory(done, count), count);
            lock (_forwardGate)
            {
                Forward.Run([segment], logits.Slice(done * _config.VocabularySize, count * _config.VocabularySize));
            }
        }
    }

    /// <summary>Stops after the step in progress; sequences that still run end with
    /// <see cref="ObjectDisposedException"/>. Weights and pages are let go, whoever still refers to the
    /// engine.</summary>
    public void Dispose()
    {
        _queue.Close();
        EngineMetrics.Forget(this);
        if (Thread.CurrentThread != _thread) _thread.Join();
        lock (_forwardGate)
        {
            _pool.Dispose();
            _forward = null;
            _pages = null;
        }
    }

    private static ComputePool StartThreads(EngineOptions options)
    {
        int threads = options.ThreadCount == 0 ? Environment.ProcessorCount : options.ThreadCount;
        return new ComputePool(Math.Min(threads, ComputePool.ThreadCountMax));
    }

    private PagePool MakePool(PageLayout layout, int megabytesMax)
    {
        long pages = megabytesMax * 1_000_000L / (layout.Length * sizeof(float));
        return new PagePool(
            layout, (int)Math.Clamp(pages, PageLayout.PageCount(_config.ContextLength), int.MaxValue));
    }

    private async IAsyncEnumerable<GeneratedToken> ReadAsync(
        GenerationSequence sequence, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _queue.Add(sequence);
        try
        {
            await foreach (GeneratedToken token in sequence.Tokens.ReadAllAsync(cancellationToken))
            {
                yield return token;
            }
        }
        finally
        {
            _queue.Abandon(sequence);
        }
    }

    private void Check(GenerationRequest request)
    {
        CheckTokens(request.PromptTokens, _config.ContextLength - 1);
        if (request.MaxTokens < 1) throw new ArgumentException("MaxTokens must be at least 1.", nameof(request));
        if (request.TopLogProbabilities < 0)
        {
            throw new ArgumentException("TopLogProbabilities must not be negative.", nameof(request));
        }

        if (request.Adapter is not null) Forward.Prepare(request.Adapter);
    }

    private void CheckTokens(ReadOnlySpan<int> tokens, int countMax)
    {
        if (tokens.IsEmpty) throw new ArgumentException("The prompt is empty.", nameof(tokens));
        if (tokens.Length > countMax)
        {
            throw new ArgumentException(
                $"The prompt has {tokens.Length} tokens; the model's context leaves room for {countMax}.",
                nameof(tokens));
        }

        foreach (int token in tokens)
        {
            if ((uint)token < (uint)_config.VocabularySize) continue;
            throw new ArgumentException(
                $"Token {token} is not in the vocabulary of {_config.VocabularySize}.", nameof(tokens));
        }
    }

    private void Loop()
    {
        while (_queue.WaitForWork(_running.Count > 0))
        {
            try
            {
                RemoveEnded();
                Admit();
                if (_running.Count > 0) Step();
            }
            catch (Exception exception)
            {
                // A fault of the pass belongs to every sequence in it; the next ones start afresh.
                foreach (GenerationSequence sequence in _running) sequence.Fail(exception);
            }
        }

        EndAll(new ObjectDisposedException(nameof(DecoderEngine)));
    }

    private void RemoveEnded()
    {
        for (int i = _running.Count - 1; i >= 0; i--)
        {
            GenerationSequence sequence = _running[i];
            if (!sequence.IsAbandoned && !sequence.IsFinished) continue;
            sequence.ReturnPages();
            sequence.Fail(null);
            _running.RemoveAt(i);
            _queue.Leave(sequence);
        }
    }

    private void Admit()
    {
        while (_running.Count < _options.MaxBatchSize && _queue.TryTake(_tryStart) is { } sequence)
        {
            _running.Add(sequence);
        }
    }

    private void Step()
    {
        long start = Stopwatch.GetTimestamp();
        int rows = CountRows();
        int promptTokens = Compose(_pace.PromptTokens(rows, _options.PrefillChunkTokens));
        Compute();
        _pace.Note(rows, promptTokens, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>Sequences that generate, whose steps others' tokens make longer. Where all of them have forced text to
    /// compute and there is no prompt, none is held up by what it did not ask for itself.</summary>
    private int CountRows()
    {
        int rows = 0;
        bool areAllForced = true;
        foreach (GenerationSequence sequence in _running)
        {
            if (sequence.IsGenerating) rows++;
            areAllForced &= sequence.IsGenerating && sequence.SharedTokensLeft > 0;
        }

        return areAllForced ? 0 : rows;
    }

    /// <summary>Chooses what the step computes: one token of each sequence that generates, and of prompts and forced
    /// texts up to a bound.</summary>
    /// <returns>Tokens of prompts and forced texts.</returns>
    private int Compose(int promptTokensMax)
    {
        _step.Clear();
        int promptTokens = 0;
        foreach (GenerationSequence sequence in _running) sequence.AdoptPrefix();
        ReadOnlySpan<int> shares = _shares.Divide(_running, promptTokensMax);
        for (int i = 0; i < shares.Length; i++)
        {
            GenerationSequence sequence = _running[i];
            if (shares[i] == 0 && !sequence.IsGenerating) continue;
            _step.Add((sequence, sequence.NextSegment(shares[i])));
            promptTokens += shares[i];
        }

        // Sequences with equal adapters side by side are multiplied together.
        _step.Sort(static (x, y) => AdapterOrder(x.Sequence).CompareTo(AdapterOrder(y.Sequence)));
        _segments.Clear();
        foreach ((_, ForwardSegment segment) in _step) _segments.Add(segment);
        return promptTokens;
    }

    private static int AdapterOrder(GenerationSequence sequence) =>
        sequence.Request.Adapter is null ? 0 : RuntimeHelpers.GetHashCode(sequence.Request.Adapter);

    private void Compute()
    {
        long start = Stopwatch.GetTimestamp();
        int vocabulary = _config.VocabularySize;
        int logitCount = 0;
        foreach (ForwardSegment segment in _segments) logitCount += segment.LogitCount;
        if (_logits.Length < logitCount * vocabulary) _logits = new float[logitCount * vocabulary];
        lock (_forwardGate) Forward.Run(_segments, _logits);

        Span<float> logits = _logits;
        for (int i = 0; i < _step.Count; i++)
        {
            if (_segments[i].LogitCount == 0) continue;
            if (!_step[i].Sequence.IsAbandoned) _step[i].Sequence.Advance(logits[.._drawnTokenCount], _sampling);
            logits = logits[vocabulary..];
        }

        EngineMetrics.RecordPass(_step.Count, start);
    }

    private void EndAll(Exception reason)
    {
        foreach (GenerationSequence sequence in _running)
        {
            sequence.ReturnPages();
            sequence.Fail(reason);
        }

        while (_queue.TryTake(static _ => true) is { } sequence) sequence.Fail(reason);

        // They refer to pages.
        _running.Clear();
        _step.Clear();
        _segments.Clear();
        _logits = [];
    }
}
