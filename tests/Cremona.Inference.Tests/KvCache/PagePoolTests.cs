using Cremona.Inference.Architectures;
using Cremona.Inference.KvCache;
using Cremona.Inference.Tests.Architectures;
using Cremona.Inference.Tests.Kernels;

namespace Cremona.Inference.Tests.KvCache;

public class PagePoolTests
{
    private const int Size = PageLayout.TokenCount;

    private static readonly DecoderConfig Config = TestModels.Config();

    [Fact]
    public void TryReserve_ReturnsNull_UntilRoomIsGivenBack()
    {
        var pool = new PagePool(new PageLayout(Config, KeyValueFormat.F32), 3);
        SequenceCache first = pool.TryReserve(PageLayout.TokenCount + 1).ShouldNotBeNull();
        pool.TryReserve(PageLayout.TokenCount + 1).ShouldBeNull();
        pool.TryReserve(PageLayout.TokenCount).ShouldNotBeNull();
        first.Dispose();
        first.Dispose();
        pool.TryReserve(2 * PageLayout.TokenCount).ShouldNotBeNull();
        pool.TryReserve(1).ShouldBeNull();
    }

    [Fact]
    public void Write_KeepsTheHeadsOfEveryLayerApart()
    {
        var pool = new PagePool(new PageLayout(Config, KeyValueFormat.F32), 4);
        using SequenceCache cache = pool.TryReserve(2 * PageLayout.TokenCount)!;
        cache.Prepare(2 * PageLayout.TokenCount);
        int size = Config.KeyValueSize;
        for (int layer = 0; layer < Config.LayerCount; layer++)
        {
            for (int position = 0; position < 2 * PageLayout.TokenCount; position++)
            {
                float first = ((layer * 1000) + position) * size;
                float[] keys = [.. Enumerable.Range(0, size).Select(i => first + i)];
                cache.Write(layer, position, keys, [.. keys.Select(key => -key)]);
            }
        }

        for (int layer = 0; layer < Config.LayerCount; layer++)
        {
            for (int position = 0; position < 2 * PageLayout.TokenCount; position += 37)
            {
                for (int i = 0; i < size; i++)
                {
                    float expected = (((layer * 1000) + position) * size) + i;
                    PageHead head = cache.Head(position / Size, layer, i / Config.HeadDimension);
                    head.Key(position % Size, i % Config.HeadDimension).ShouldBe(expected);
                    head.Value(position % Size, i % Config.HeadDimension).ShouldBe(-expected);
                }
            }
        }
    }

    [Fact]
    public void Prepare_Throws_BeyondTheReservedRoom()
    {
        using SequenceCache cache = new PagePool(new PageLayout(Config, KeyValueFormat.F32), 4).TryReserve(1)!;
        cache.Prepare(PageLayout.TokenCount);
        Should.Throw<ArgumentOutOfRangeException>(() => cache.Prepare(PageLayout.TokenCount + 1));
    }

    [Fact]
    public void Page_IsNotHeld_WhenThereIsNoMemoryForIt()
    {
        // A page of so many layers is larger than an array can be.
        var pool = new PagePool(new PageLayout(Config with { LayerCount = 5_000_000 }, KeyValueFormat.F32), 3);
        SequenceCache cache = pool.TryReserve(1)!;
        Should.Throw<OverflowException>(() => cache.Prepare(1));
        pool.HeldCount.ShouldBe(0);
        cache.Dispose();
        pool.AvailableCount.ShouldBe(3);
    }

    [Fact]
    public void Prefix_IsShared_ByFullPages_AfterItsSequenceHasEnded()
    {
        var pool = new PagePool(new PageLayout(Config, KeyValueFormat.F32), 8);
        int[] text = TestModels.Tokens(Config, 3 * Size, 1);
        Fill(pool, text.AsSpan(0, (2 * Size) + 5));

        using SequenceCache again = pool.TryReserve(3 * Size, default, text)!;
        again.TokenCount.ShouldBe(2 * Size);
        again.SharedTokenCount.ShouldBe(2 * Size);
        pool.AvailableCount.ShouldBe(5);

        // Pages that are held need no more room.
        using SequenceCache beside = pool.TryReserve(7 * Size, default, text)!;
        beside.SharedTokenCount.ShouldBe(2 * Size);
        pool.AvailableCount.ShouldBe(0);
    }

    [Fact]
    public void Prefix_LeavesTheLastTokenToCompute()
    {
        var pool = new PagePool(new PageLayout(Config, KeyValueFormat.F32), 8);
        int[] text = TestModels.Tokens(Config, 2 * Size, 2);
        Fill(pool, text);
        using SequenceCache same = pool.TryReserve(2 * Size, default, text)!;
        same.TokenCount.ShouldBe(Size);
    }

    [Fact]
    public void Prefix_IsNotShared_WithOtherTokensAdaptersOrGroups()
    {
        var pool = new PagePool(new PageLayout(Config, KeyValueFormat.F32), 20);
        int[] text = TestModels.Tokens(Config, 3 * Size, 3);
        CacheScope scope = new(7, "a");
        Fill(pool, text, scope);
        int Shared(CacheScope with, int[] prompt)
        {
            using SequenceCache cache = pool.TryReserve(3 * Size, with, prompt)!;
            return cache.SharedTokenCount;
        }

        Shared(scope, text).ShouldBe(2 * Size);
        Shared(new(8, "a"), text).ShouldBe(0);
        Shared(new(7, "b"), text).ShouldBe(0);
        Shared(default, text).ShouldBe(0);
        int[] otherFirst = [.. text];
        otherFirst[5] = (otherFirst[5] + 1) % Config.VocabularySize;
        Shared(scope, otherFirst).ShouldBe(0);
        int[] otherSecond = [.. text];
        otherSecond[(2 * Size) - 1] = (otherSecond[(2 * Size) - 1] + 1) % Config.VocabularySize;
        Shared(scope, otherSecond).ShouldBe(Size);

        // The second page without the first is another text.
        Shared(scope, text[Size..]).ShouldBe(0);
    }

    [Fact]
    public void Prefix_GivesWay_UnusedForLongestFirst_AndNeverWhileItIsHeld()
    {
        var pool = new PagePool(new PageLayout(Config, KeyValueFormat.F32), 4);
        int[][] texts = [.. Enumerable.Range(0, 4).Select(i => TestModels.Tokens(Config, Size + 1, (ulong)(10 + i)))];
        foreach (int[] text in texts.AsSpan(0, 3)) Fill(pool, text.AsSpan(0, Size));
        using (pool.TryReserve(Size + 1, default, texts[0])) { } // Used again.
        using SequenceCache held = pool.TryReserve(Size + 1, default, texts[1])!;
        held.SharedTokenCount.ShouldBe(Size);
        held.Prepare(Size + 1);
        pool.AllocatedCount.ShouldBe(4);

        Fill(pool, texts[3].AsSpan(0, Size)); // The third text goes.
        pool.AllocatedCount.ShouldBe(4);
        held.Dispose();
        int[] shared = [.. texts.Select(text =>
        {
            using SequenceCache cache = pool.TryReserve(Size + 1, default, text)!;
            return cache.SharedTokenCount;
        })];
        shared.ShouldBe([Size, Size, 0, Size]);
    }

    [Fact]
    public void Prefix_OfTwoAtATime_IsKeptOnce()
    {
        var pool = new PagePool(new PageLayout(Config, KeyValueFormat.F32), 20);
        int[] text = TestModels.Tokens(Config, 3 * Size, 4);
        using SequenceCache first = pool.TryReserve(3 * Size, default, text)!;
        using SequenceCache second = pool.TryReserve(3 * Size, default, text)!;
        first.Prepare(2 * Size);
        second.Prepare(Size);
        first.Append(text.AsSpan(0, Size));
        second.Append(text.AsSpan(0, Size));
        pool.AvailableCount.ShouldBe(20 - 5); // They hold the first page together.
        second.SharedTokenCount.ShouldBe(0);

        first.Append(text.AsSpan(Size, Size));
        second.AdoptPrefix(text);
        second.TokenCount.ShouldBe(2 * Size);
        second.SharedTokenCount.ShouldBe(Size);
        pool.AvailableCount.ShouldBe(20 - 4);
    }

    [Fact]
    public void Pool_KeepsItsBounds_WhateverComesAndGoes()
    {
        const int pagesMax = 12;
        var pool = new PagePool(new PageLayout(Config, KeyValueFormat.F32), pagesMax);
        var random = new TestNumbers(5);
        int[][] texts = [.. Enumerable.Range(0, 5).Select(i => TestModels.Tokens(Config, 5 * Size, (ulong)(i / 2)))];
        var running = new List<(SequenceCache Cache, int[] Text)>();
        int started = 0;
        for (int step = 0; step < 5000; step++)
        {
            int[] text = texts[random.Next(texts.Length)];
            if (pool.TryReserve(5 * Size, default, text) is { } cache)
            {
                running.Add((cache, text));
                started++;
            }

            (SequenceCache one, int[] its) = running[random.Next(running.Count)];
            one.AdoptPrefix(its);
            int count = Math.Min(1 + random.Next(40), its.Length - one.TokenCount);
            one.Prepare(one.TokenCount + count);
            one.Append(its.AsSpan(one.TokenCount, count));
            if (random.Next(4) == 0 || one.TokenCount == its.Length)
            {
                one.Dispose();
                running.RemoveAll(item => item.Cache == one);
            }

            pool.AllocatedCount.ShouldBeLessThanOrEqualTo(pagesMax);
            pool.AvailableCount.ShouldBeGreaterThanOrEqualTo(0);
        }

        foreach ((SequenceCache cache, _) in running) cache.Dispose();
        pool.AvailableCount.ShouldBe(pagesMax);
        started.ShouldBeGreaterThan(200);
    }

    private static void Fill(PagePool pool, ReadOnlySpan<int> tokens, CacheScope scope = default)
    {
        using SequenceCache cache = pool.TryReserve(tokens.Length, scope)!;
        cache.Prepare(tokens.Length);
        cache.Append(tokens);
    }
}
