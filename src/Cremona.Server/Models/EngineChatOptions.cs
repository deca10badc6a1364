using Cremona.Inference.Grammar;
using Cremona.Inference.Templates;
using Cremona.Server.Edge.Calls;
using Microsoft.Extensions.AI;

namespace Cremona.Server.Models;

/// <summary>What <see cref="EngineChatClient"/> understands beyond the options of every chat client.</summary>
internal sealed class EngineChatOptions : ChatOptions
{
    public EngineChatOptions()
    {
    }

    public EngineChatOptions(ChatOptions? other)
        : base(other)
    {
        if (other is EngineChatOptions engine)
        {
            Ending = engine.Ending;
            DefaultOutputTokens = engine.DefaultOutputTokens;
            TrimsStart = engine.TrimsStart;
            TopLogProbabilities = engine.TopLogProbabilities;
            RanksAnswers = engine.RanksAnswers;
            Meter = engine.Meter;
            CountedTokens = engine.CountedTokens;
            Grammar = engine.Grammar;
            IgnoredKeywords = engine.IgnoredKeywords;
            Group = engine.Group;
            CallsReplaceText = engine.CallsReplaceText;
            CallBeginnings = engine.CallBeginnings;
        }
    }

    /// <summary>Whether the model answers or continues the last turn.</summary>
    public ChatEnding Ending { get; set; } = ChatEnding.OpenAssistant;

    /// <summary>The limit where <see cref="ChatOptions.MaxOutputTokens"/> is null. It shrinks to what the context has
    /// left; an explicit limit never does.</summary>
    public int DefaultOutputTokens { get; set; } = 256;

    /// <summary>Leave out white space at the start: the answer goes on after "Name:".</summary>
    public bool TrimsStart { get; set; }

    /// <summary>Tell each token's probability, and this many alternatives. Null: tell none.</summary>
    public int? TopLogProbabilities { get; set; }

    /// <summary>The answer is one of several, which are ranked by <see cref="EngineChatClient.MeanLogProbability"/>.
    /// An engine of this process tells it anyway.</summary>
    public bool RanksAnswers { get; set; }

    /// <summary>Counts the tokens as they come, so that they are known also when nobody waits for the answer.</summary>
    public CallMeter? Meter { get; set; }

    /// <summary>Tokens of the prompt that <see cref="Meter"/> has counted already, because the call has been asked or has
    /// answered so far with them; 0 in its first round.</summary>
    public int CountedTokens { get; set; }

    /// <summary>Holds the output to a grammar over the model's vocabulary; null leaves it free.</summary>
    public TokenGrammar? Grammar { get; set; }

    /// <summary>Keywords of schemas that the output is not held to, as the request wished.</summary>
    public IReadOnlyList<string> IgnoredKeywords { get; set; } = [];

    /// <summary>Whose call it is; what was computed is shared within a group only.</summary>
    public string? Group { get; set; }

    /// <summary>An answer is text or calls of functions, never both.</summary>
    public bool CallsReplaceText { get; set; }

    /// <summary>Texts that calls begin with; empty where a special token tells them from text.</summary>
    public IReadOnlyList<string> CallBeginnings { get; set; } = [];

    public override ChatOptions Clone() => new EngineChatOptions(this);
}
