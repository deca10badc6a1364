using System.Collections.Concurrent;
using System.Text;

namespace Cremona.Inference.Tokenizers;

/// <summary>Byte pair encoding (Sennrich et al., 2016), of bytes or of characters.</summary>
/// <remarks>Written here and not taken from Microsoft.ML.Tokenizers because that one (2.0.1) has no
/// <c>ignore_merges</c> (Llama-3), cuts letters outside the Basic Multilingual Plane differently and has no streaming
/// decoder; where the two mean the same, a test holds them equal.</remarks>
internal sealed class BytePairTokenizer : ITokenizer
{
    private const int CachedPieceLengthMax = 32;
    private const int CachedPieceCountMax = 65536;

    private readonly TokenizerParts _parts;
    private readonly BytePairVocabulary _vocabulary;
    private readonly byte[]?[] _bytes; // by id; null for special tokens and holes
    private readonly Dictionary<string, int> _added;
    private readonly AddedTokenFinder _rawTokens;
    private readonly AddedTokenFinder _normalizedTokens;
    private readonly ConcurrentDictionary<string, int[]> _cache = new();
    private readonly ConcurrentDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> _cacheLookup;
    private int _cacheCount;

    /// <param name="parts">What it does.</param>
    /// <param name="vocabulary">Made of the parts.</param>
    /// <param name="tokenBytes">By id; null for special tokens and holes.</param>
    public BytePairTokenizer(TokenizerParts parts, BytePairVocabulary vocabulary, byte[]?[] tokenBytes)
    {
        _parts = parts;
        _vocabulary = vocabulary;
        _bytes = tokenBytes;
        _added = parts.Added.ToDictionary(t => t.Content, t => t.Id);
        // A token that stands for a byte is not found by its name: <0x0A> is a line end, but not in anybody's text.
        AddedToken[] inText = [.. parts.Added.Where(t => !t.IsSpecial && !parts.IsByte(t))];
        bool changes = parts.Normalizer.Count > 0;
        _rawTokens = new AddedTokenFinder(inText.Where(t => !t.IsNormalized || !changes));
        _normalizedTokens = new AddedTokenFinder(inText.Where(t => t.IsNormalized && changes)
            .Select(t => (Content: Normalize(t.Content, TextPlace.Start), Token: t))
            .Where(entry => entry.Content.Length > 0)); // What normalizing leaves nothing of is in no text.
        _cacheLookup = _cache.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public IReadOnlyList<AddedToken> AddedTokens => _parts.Added;

    public int VocabularySize => _bytes.Length;

    public int? FindSpecial(string content) => _added.TryGetValue(content, out int id) ? id : null;

    public ITokenizer WithSpecial(IReadOnlySet<int> ids)
    {
        AddedToken[] added = [.. _parts.Added.Select(
            token => token with { IsSpecial = token.IsSpecial || ids.Contains(token.Id) })];
        return new BytePairTokenizer(_parts with { Added = added }, _vocabulary.Without(ids), _bytes);
    }

    public int[] Encode(string text) => Encode(text, TextPlace.Start);

    public int[] Encode(string text, TextPlace place)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = new List<int>(text.Length);
        int done = 0;
        while (_rawTokens.Find(text, done, text.Length) is { } match)
        {
            if (match.Start > done) EncodeRaw(text[done..match.Start], place, ids);
            ids.Add(match.Token.Id);
            done = match.End;
            place = TextPlace.AfterToken;
        }

        if (done < text.Length) EncodeRaw(text[done..], place, ids);
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

        return Encoding.UTF8.GetString(WithoutFirstSpace(bytes));
    }

    public IStreamingDecoder CreateStreamingDecoder() => new BytePairStreamingDecoder(this);

    public ReadOnlySpan<byte> BytesOf(int id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, _bytes.Length);
        return _bytes[id];
    }

    /// <summary>The bytes of a text as it is shown: without the space that encoding puts before it.</summary>
    public ReadOnlySpan<byte> WithoutFirstSpace(ReadOnlySpan<byte> bytes) =>
        _parts.WritesFirstSpace && bytes.StartsWith(" "u8) ? bytes[1..] : bytes;

    private string Normalize(string text, TextPlace place) =>
        _parts.Normalizer.Aggregate(text, (current, step) => step.Apply(current, place));

    private void EncodeRaw(string text, TextPlace place, List<int> ids)
    {
        text = Normalize(text, place);
        int done = 0;
        while (_normalizedTokens.Find(text, done, text.Length) is { } match)
        {
            if (match.Start > done) EncodeNormalized(text[done..match.Start], place, ids);
            ids.Add(match.Token.Id);
            done = match.End;
            place = TextPlace.AfterToken;
        }

        if (done < text.Length) EncodeNormalized(done == 0 ? text : text[done..], place, ids);
    }

    private void EncodeNormalized(string text, TextPlace place, List<int> ids)
    {
        if (_parts.Spaces is { } spaces) text = spaces.Apply(text, place);
        foreach (Range piece in _parts.PreTokenizer.Split(text)) ids.AddRange(EncodePiece(text.AsSpan(piece)));
    }

    private int[] EncodePiece(ReadOnlySpan<char> piece)
    {
        if (_cacheLookup.TryGetValue(piece, out int[]? known)) return known;

        int[] ids = BytePairMerger.Merge(_vocabulary, piece);
        if (piece.Length <= CachedPieceLengthMax && Volatile.Read(ref _cacheCount) < CachedPieceCountMax
            && _cacheLookup.TryAdd(piece, ids))
        {
            Interlocked.Increment(ref _cacheCount);
        }

        return ids;
    }
}
