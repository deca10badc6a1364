namespace Cremona.Inference.Templates;

/// <summary>One turn of a dialogue.</summary>
/// <param name="Role">Who speaks.</param>
/// <param name="Content">What is said; of a tool's turn the result, as it is.</param>
/// <param name="Name">The speaker's name where several share a role; otherwise null.</param>
/// <param name="IsLearned">For training: the turn's tokens count in the loss (assistant turns only).</param>
public sealed record ChatTurn(ChatRole Role, string Content, string? Name = null, bool IsLearned = true)
{
    /// <summary>The calls that an assistant's turn makes behind its content.</summary>
    public IReadOnlyList<ToolCall> ToolCalls { get; init; } = [];

    /// <summary>The <see cref="ToolCall.Id"/> that a tool's turn answers; null where none is given.</summary>
    public string? ToolCallId { get; init; }
}
