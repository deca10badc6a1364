using Cremona.Inference.Architectures;
using Cremona.Inference.KvCache;
using Cremona.Inference.Tests.Architectures;

namespace Cremona.Inference.Tests.KvCache;

public class PagePoolTests
{
    private static readonly DecoderConfig Config = TestModels.Config();

    [Fact]
    public void TryReserve_ReturnsNull_UntilRoomIsGivenBack()
    {
        var pool = new PagePool(new PageLayout(Config), 3);
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
        var pool = new PagePool(new PageLayout(Config), 4);
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
                    Key(cache, layer, position, i).ShouldBe(expected);
                    Value(cache, layer, position, i).ShouldBe(-expected);
                }
            }
        }
    }

    [Fact]
    public void Prepare_Throws_BeyondTheReservedRoom()
    {
        using SequenceCache cache = new PagePool(new PageLayout(Config), 4).TryReserve(1)!;
        cache.Prepare(PageLayout.TokenCount);
        Should.Throw<ArgumentOutOfRangeException>(() => cache.Prepare(PageLayout.TokenCount + 1));
    }

    private static unsafe float Key(SequenceCache cache, int layer, int position, int element)
    {
        int dimension = Config.HeadDimension;
        int slot = position % PageLayout.TokenCount;
        float* head = cache.Keys(position / PageLayout.TokenCount, layer, element / dimension);
        return head[(((slot / 16 * dimension) + (element % dimension)) * 16) + (slot % 16)];
    }

    private static unsafe float Value(SequenceCache cache, int layer, int position, int element)
    {
        int column = element % Config.HeadDimension;
        int slot = position % PageLayout.TokenCount;
        float* head = cache.Values(position / PageLayout.TokenCount, layer, element / Config.HeadDimension);
        return head[(((column / 16 * PageLayout.TokenCount) + slot) * 16) + (column % 16)];
    }
}
