using System.Collections.Concurrent;
using System.Text;

namespace Cremona.Inference.Tokenizers;

/// <summary>Byte-level byte pair encoding (Sennrich et al., 2016; GPT-2's byte alphabet).</summary>
/// <remarks>Written here and not taken from Microsoft.ML.Tokenizers because that one (2.0.1) has no
/// <c>ignore_merges</c> (Llama-3), cuts letters outside the Basic Multilingual Plane differently and has no streaming
/// decoder; where the two mean the same, a test holds them equal.</remarks>
internal sealed class BytePairTokenizer : ITokenizer
{
    private const int CachedPieceLengthMax = 32;
    private const int CachedPieceCountMax = 65536;

    private readonly BytePairVocabulary _vocabulary;
    private readonly PreTokenizer _preTokenizer;
    private readonly bool _composes;
    private readonly byte[]?[] _bytes; // by id; null for special tokens and holes
    private readonly Dictionary<string, int> _added;
    private readonly AddedToken[] _textTokens;
    private readonly ConcurrentDictionary<string, int[]> _cache = new();
    private readonly ConcurrentDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> _cacheLookup;
    private int _cacheCount;

    public BytePairTokenizer(
        BytePairVocabulary vocabulary, byte[]?[] tokenBytes, IReadOnlyList<AddedToken> addedTokens,
        PreTokenizer preTokenizer, bool composes)
    {
        _vocabulary = vocabulary;
        _preTokenizer = preTokenizer;
        _composes = composes;
        _bytes = tokenBytes;
        _added = addedTokens.ToDictionary(t => t.Content, t => t.Id);

        // Longest first, so that a token which begins with another one is found whole.
        _textTokens = [.. addedTokens.Where(t => !t.IsSpecial).OrderByDescending(t => t.Content.Length)];
        _cacheLookup = _cache.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public int VocabularySize => _bytes.Length;

    public int? FindSpecial(string content) => _added.TryGetValue(content, out int id) ? id : null;

    public int[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = new List<int>(text.Length);
        int start = 0;
        while (start < text.Length)
        {
            (int index, AddedToken? token) = FindTextToken(text, start);
            EncodePlain(text[start..index], ids);
            if (token is null) break;
            ids.Add(token.Id);
            start = index + token.Content.Length;
        }

        return [.. ids];
    }

    public string Decode(ReadOnlySpan<int> ids)
    {
        int length = 0;
        foreach (int id in ids) length += BytesOf(id).Length;

        var bytes = new byte[length];
        int position = 0;
        foreach (int id in ids)
        {
            ReadOnlySpan<byte> part = BytesOf(id);
            part.CopyTo(bytes.AsSpan(position));
            position += part.Length;
        }

        return Encoding.UTF8.GetString(bytes);
    }

    public IStreamingDecoder CreateStreamingDecoder() => new BytePairStreamingDecoder(this);

    public ReadOnlySpan<byte> BytesOf(int id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, _bytes.Length);
        return _bytes[id];
    }

    private (int Index, AddedToken? Token) FindTextToken(string text, int start)
    {
        int best = text.Length;
        AddedToken? found = null;
        foreach (AddedToken token in _textTokens)
        {
            int index = text.IndexOf(token.Content, start, best - start, StringComparison.Ordinal);
            if (index < 0) continue;
            best = index;
            found = token;
        }

        return (best, found);
    }

    private void EncodePlain(string text, List<int> ids)
    {
        if (_composes) text = CanonicalComposition.Compose(text);
        foreach (Range piece in _preTokenizer.Split(text)) ids.AddRange(EncodePiece(text.AsSpan(piece)));
    }

    private int[] EncodePiece(ReadOnlySpan<char> piece)
    {
        if (_cacheLookup.TryGetValue(piece, out int[]? known)) return known;

        var bytes = new byte[Encoding.UTF8.GetByteCount(piece)];
        Encoding.UTF8.GetBytes(piece, bytes);
        int[] ids = BytePairMerger.Merge(_vocabulary, bytes);

        if (piece.Length <= CachedPieceLengthMax && Volatile.Read(ref _cacheCount) < CachedPieceCountMax
            && _cacheLookup.TryAdd(piece, ids))
        {
            Interlocked.Increment(ref _cacheCount);
        }

        return ids;
    }
}
