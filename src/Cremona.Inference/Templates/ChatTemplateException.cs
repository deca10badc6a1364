namespace Cremona.Inference.Templates;

/// <summary>A model's template refused a dialogue, or it is too much for it; the message is the template's own, or says
/// what the limit is, and may be shown.</summary>
public sealed class ChatTemplateException(string message, Exception? cause = null) : Exception(message, cause);
