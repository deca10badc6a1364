using System.Text.Json;
using Cremona.Inference.Grammar;
using Cremona.Inference.Grammar.JsonSchema;
using Cremona.Inference.Grammar.Vocabulary;
using Cremona.Server.Models;

namespace Cremona.Server.Tests.Models;

public class GrammarCacheTests
{
    private const int Megabyte = 1_000_000;

    private readonly ScriptedTokenizer _tokenizer = new([]);
    private int _compilations;

    [Fact]
    public void Get_CompilesOnce_ForEachContentAndVocabulary()
    {
        var cache = new GrammarCache(100 * Megabyte);

        TokenGrammar first = cache.Get(Source("a"), _tokenizer);
        cache.Get(Source("a"), _tokenizer).ShouldBeSameAs(first);
        cache.Get(Source("b"), _tokenizer).ShouldNotBeSameAs(first);
        cache.Get(Source("a"), new ScriptedTokenizer([])).ShouldNotBeSameAs(first);

        (_compilations, cache.Count).ShouldBe((3, 3));
    }

    [Fact]
    public void Get_LetsGoOfTheGrammarUnusedForLongest_WhenTheBoundIsReached()
    {
        var cache = new GrammarCache(5 * Megabyte);
        string[] keys = [.. "abc".Select(letter => new string(letter, Megabyte))]; // Two bytes a character.
        TokenGrammar a = cache.Get(Source(keys[0]), _tokenizer);
        TokenGrammar b = cache.Get(Source(keys[1]), _tokenizer);
        cache.Get(Source(keys[0]), _tokenizer);

        cache.Get(Source(keys[2]), _tokenizer);

        cache.Count.ShouldBe(2);
        cache.Get(Source(keys[0]), _tokenizer).ShouldBeSameAs(a);
        cache.Get(Source(keys[1]), _tokenizer).ShouldNotBeSameAs(b);
        _compilations.ShouldBe(4);
    }

    [Fact]
    public void Get_LooksAtTheSizesAnew_WhenAKeptGrammarHasGrown()
    {
        var probe = new GrammarCache(100 * Megabyte);
        long bytes = 4 + probe.Get(Source("a"), _tokenizer).BytesKept + probe.Get(Source("b"), _tokenizer).BytesKept;
        var cache = new GrammarCache(bytes);
        cache.Get(Source("b"), _tokenizer);
        TokenGrammar grown = cache.Get(Source("a"), _tokenizer);
        cache.Count.ShouldBe(2);

        TokenConstraint constraint = grown.Start();
        constraint.TryAccept('"').ShouldBeTrue();
        constraint.FillMask(new ulong[TokenMask.WordCount(_tokenizer.VocabularySize)]);
        cache.Get(Source("a"), _tokenizer).ShouldBeSameAs(grown);

        cache.Count.ShouldBe(1); // The one last used stays, whatever its size.
    }

    [Fact]
    public void Get_KeepsNothing_OfAGrammarThatIsRefused()
    {
        var cache = new GrammarCache(100 * Megabyte);

        Should.Throw<GrammarException>(
            () => cache.Get(new GrammarSource("x", () => throw new GrammarException("", "no")), _tokenizer));

        cache.Count.ShouldBe(0);
    }

    private GrammarSource Source(string key) => new(key, () =>
    {
        _compilations++;
        return JsonSchemaGrammar.Compile(JsonElement.Parse("""{"type":"string"}"""));
    });
}
