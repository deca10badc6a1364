namespace Cremona.Inference.Templates;

/// <summary>A model's template refused a dialogue; the message is the template's own and may be shown.</summary>
public sealed class ChatTemplateException(string message, Exception? cause = null) : Exception(message, cause);
