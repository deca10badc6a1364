namespace Cremona.Cli.Demo;

/// <summary>What both models said to a question.</summary>
public sealed record DemoAnswer(DemoQuestion Question, string Base, string Tuned)
{
    public bool BaseKnows => Base.Contains(Question.Fact, StringComparison.Ordinal);

    public bool TunedKnows => Tuned.Contains(Question.Fact, StringComparison.Ordinal);
}
