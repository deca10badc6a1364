namespace Cremona.Inference.Templates;

/// <summary>A message of a named speaker.</summary>
/// <param name="Sender">What kind of speaker.</param>
/// <param name="Name">Its name; null or empty where the request gives none.</param>
/// <param name="Text">What is said.</param>
/// <param name="IsLearned">For training: a bot's message counts in the loss.</param>
public sealed record PersonaMessage(PersonaSender Sender, string? Name, string Text, bool IsLearned = true)
{
    /// <summary>The calls of functions that a bot's message makes.</summary>
    public IReadOnlyList<ToolCall> ToolCalls { get; init; } = [];

    /// <summary>The call that a function's message answers; null where none is given.</summary>
    public string? ToolCallId { get; init; }
}
