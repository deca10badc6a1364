namespace Cremona.Server.Chat;

/// <summary>A count with the wire's name for it, so that an error can name the field.</summary>
/// <param name="Field">For example <c>tokens_to_generate</c> or <c>max_tokens</c>.</param>
/// <param name="Value">Null when the request leaves it to the server.</param>
internal sealed record NamedLimit(string Field, long? Value);
