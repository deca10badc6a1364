using System.Text.Json;

namespace Cremona.Inference.Templates;

/// <summary>A call of a function that an assistant's turn makes.</summary>
/// <param name="Name">Of the function.</param>
/// <param name="Arguments">A JSON object. Its document must stay alive as long as the call is used.</param>
/// <param name="Id">By which a result names the call; null where the caller gives none.</param>
public sealed record ToolCall(string Name, JsonElement Arguments, string? Id = null);
