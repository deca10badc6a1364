namespace Cremona.Inference.Templates;

/// <summary>Turns a dialogue into the token ids a model was trained on. Text never becomes a special token.
/// Thread-safe.</summary>
public interface IChatTemplate
{
    /// <summary>Ids that end an assistant's turn.</summary>
    IReadOnlyCollection<int> StopTokens { get; }

    /// <summary>How the model writes calls of functions; null when its template has no form for them, and then no turn
    /// has calls and no tools are shown.</summary>
    ToolCallForm? ToolCallForm { get; }

    /// <summary>Encodes the turns.</summary>
    /// <param name="turns">In order; at least one.</param>
    /// <param name="ending">What follows the last turn.</param>
    /// <param name="tools">The functions that the model is shown; null or empty shows none.</param>
    /// <exception cref="ChatTemplateException">The template refuses the turns.</exception>
    /// <exception cref="NotSupportedException">There are tools or calls, and <see cref="ToolCallForm"/> is
    /// null.</exception>
    EncodedChat Encode(IReadOnlyList<ChatTurn> turns, ChatEnding ending, IReadOnlyList<ChatTool>? tools = null);
}
