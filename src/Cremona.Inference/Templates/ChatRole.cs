namespace Cremona.Inference.Templates;

/// <summary>Who speaks in a turn.</summary>
public enum ChatRole
{
    System,
    User,
    Assistant,
    Tool,
}
