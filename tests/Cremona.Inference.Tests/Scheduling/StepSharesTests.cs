using Cremona.Inference.KvCache;
using Cremona.Inference.Scheduling;
using Cremona.Inference.Tests.Architectures;

namespace Cremona.Inference.Tests.Scheduling;

public class StepSharesTests
{
    private readonly PagePool _pages = new(new PageLayout(TestModels.Config(), KeyValueFormat.F32), 20);

    [Fact]
    public void Groups_GetEqualParts_AndTheOldestOfAGroupComesFirst() =>
        Divide(8, ("a", 10), ("a", 10), ("b", 10)).ShouldBe([4, 0, 4]);

    [Fact]
    public void WhatAGroupDoesNotNeed_GoesToTheOthers()
    {
        Divide(16, ("a", 10), ("a", 10), ("b", 2)).ShouldBe([10, 4, 2]);
        Divide(16, ("b", 2), ("a", 10), ("a", 10)).ShouldBe([2, 10, 4]);
        Divide(100, ("a", 10), ("b", 10)).ShouldBe([10, 10]);
        Divide(0, ("a", 10), ("b", 10)).ShouldBe([0, 0]);
    }

    [Fact]
    public void OddToken_GoesToAnotherGroupInEachStep()
    {
        List<GenerationSequence> sequences = [Start("a", 10), Start("b", 10), Start("c", 10)];
        var shares = new StepShares(3);
        int[] sums = new int[3];
        for (int step = 0; step < 6; step++)
        {
            ReadOnlySpan<int> given = shares.Divide(sequences, 1);
            for (int i = 0; i < sums.Length; i++) sums[i] += given[i];
        }

        sums.ShouldBe([2, 2, 2]);
    }

    private int[] Divide(int tokensMax, params (string Group, int PromptTokens)[] sequences) =>
        new StepShares(4).Divide([.. sequences.Select(item => Start(item.Group, item.PromptTokens))], tokensMax)
            .ToArray();

    private GenerationSequence Start(string group, int promptTokens)
    {
        var request = new GenerationRequest { PromptTokens = new int[promptTokens], MaxTokens = 1, Group = group };
        var sequence = new GenerationSequence(request, 100);
        sequence.TryStart(_pages).ShouldBeTrue();
        return sequence;
    }
}
