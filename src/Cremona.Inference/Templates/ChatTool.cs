using System.Text.Json;

namespace Cremona.Inference.Templates;

/// <summary>A function that the model may call.</summary>
/// <param name="Name">As calls name it.</param>
/// <param name="Description">What it does; null says nothing.</param>
/// <param name="Parameters">A JSON Schema of the arguments, an object. Its document must stay alive as long as the
/// tool is used.</param>
public sealed record ChatTool(string Name, string? Description, JsonElement Parameters);
