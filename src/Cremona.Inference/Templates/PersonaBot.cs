namespace Cremona.Inference.Templates;

/// <summary>A bot as <c>bot_setting</c> gives it.</summary>
/// <param name="Name">May be empty.</param>
/// <param name="Content">Its persona.</param>
public sealed record PersonaBot(string Name, string Content);
