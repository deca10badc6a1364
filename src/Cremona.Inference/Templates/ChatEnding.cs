namespace Cremona.Inference.Templates;

/// <summary>How an encoded dialogue ends.</summary>
public enum ChatEnding
{
    /// <summary>Every turn is closed: training data.</summary>
    Closed,

    /// <summary>An assistant turn is opened: the model answers.</summary>
    OpenAssistant,

    /// <summary>The last turn stays open: the model continues it.</summary>
    ContinueLast,
}
