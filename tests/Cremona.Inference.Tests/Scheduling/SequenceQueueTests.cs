using Cremona.Inference.Scheduling;

namespace Cremona.Inference.Tests.Scheduling;

public class SequenceQueueTests
{
    [Fact]
    public void Groups_TakeTurns_AndTheOldestOfAGroupComesFirst()
    {
        var queue = new SequenceQueue(20);
        foreach ((string group, int number) in (ReadOnlySpan<(string, int)>)
            [("a", 1), ("a", 2), ("a", 3), ("b", 4), ("a", 5), ("c", 6), ("b", 7)])
        {
            queue.Add(Sequence(group, number));
        }

        Take(queue, 7).ShouldBe([1, 4, 6, 2, 7, 3, 5]);
    }

    [Fact]
    public void Group_ThatHasFewestRunning_IsNext_AfterOneHasLeft()
    {
        var queue = new SequenceQueue(20);
        GenerationSequence first = Sequence("b", 1);
        queue.Add(first);
        Take(queue, 1);
        queue.Add(Sequence("a", 2));
        queue.Add(Sequence("b", 3));
        Take(queue, 1).ShouldBe([2]);
        queue.Add(Sequence("a", 4));
        queue.Leave(first);
        Take(queue, 2).ShouldBe([3, 4]);
    }

    [Fact]
    public void Groups_TakeTurns_WhereThereIsOnePlace()
    {
        var queue = new SequenceQueue(20);
        foreach ((string group, int number) in (ReadOnlySpan<(string, int)>)
            [("a", 1), ("a", 2), ("a", 3), ("b", 4), ("b", 5), ("c", 6)])
        {
            queue.Add(Sequence(group, number));
        }

        var order = new List<int>();
        while (queue.TryTake(_ => true) is { } sequence)
        {
            order.Add(sequence.Request.PromptTokens[0]);
            queue.Leave(sequence);
        }

        order.ShouldBe([1, 4, 6, 2, 5, 3]);
    }

    [Fact]
    public void Group_ThatHadTheLastTurn_WaitsForTheOthers_ThoughItAsksFirst()
    {
        var queue = new SequenceQueue(20);
        GenerationSequence first = Sequence("a", 1);
        queue.Add(first);
        Take(queue, 1);
        queue.Add(Sequence("a", 2));
        queue.Add(Sequence("b", 3));
        queue.Leave(first);
        Take(queue, 2).ShouldBe([3, 2]);
    }

    [Fact]
    public void Request_WhoseTurnItIs_IsNotOvertaken()
    {
        var queue = new SequenceQueue(20);
        queue.Add(Sequence("a", 1));
        queue.Add(Sequence("b", 2));
        queue.TryTake(sequence => sequence.Request.PromptTokens[0] == 2).ShouldBeNull();
        Take(queue, 2).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task Add_RefusesTheYoungestOfTheLargestGroup_WhenTheQueueIsFull()
    {
        var queue = new SequenceQueue(4);
        GenerationSequence[] first = [.. Enumerable.Range(1, 4).Select(number => Sequence("a", number))];
        foreach (GenerationSequence sequence in first) queue.Add(sequence);
        Take(queue, 1);
        queue.Add(Sequence("b", 5));
        queue.Add(Sequence("b", 6));
        foreach (GenerationSequence refused in first[2..])
        {
            await Should.ThrowAsync<EngineBusyException>(() => refused.Tokens.Completion);
            queue.Abandon(refused); // It has left already, so no room comes of it.
        }

        Should.Throw<EngineBusyException>(() => queue.Add(Sequence("b", 7)));
        Should.Throw<EngineBusyException>(() => queue.Add(Sequence("a", 8)));
        Take(queue, 3).Order().ShouldBe([2, 5, 6]);
    }

    [Fact]
    public void Add_RefusesNoneThatRuns()
    {
        var queue = new SequenceQueue(2);
        queue.Add(Sequence("a", 1));
        queue.Add(Sequence("a", 2));
        Take(queue, 2);
        Should.Throw<EngineBusyException>(() => queue.Add(Sequence("b", 3)));
    }

    private static GenerationSequence Sequence(string group, int number) => new(
        new GenerationRequest { PromptTokens = [number], MaxTokens = 1, Group = group }, 10);

    private static int[] Take(SequenceQueue queue, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => queue.TryTake(_ => true)!.Request.PromptTokens[0])];
}
