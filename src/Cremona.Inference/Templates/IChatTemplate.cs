namespace Cremona.Inference.Templates;

/// <summary>Turns a dialogue into the token ids a model was trained on. Text never becomes a special token.
/// Thread-safe.</summary>
public interface IChatTemplate
{
    /// <summary>Encodes the turns.</summary>
    /// <param name="turns">In order; at least one.</param>
    /// <param name="ending">What follows the last turn.</param>
    EncodedChat Encode(IReadOnlyList<ChatTurn> turns, ChatEnding ending);

    /// <summary>Ids that end an assistant's turn.</summary>
    IReadOnlyCollection<int> StopTokens { get; }
}
