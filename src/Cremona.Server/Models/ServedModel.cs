namespace Cremona.Server.Models;

/// <summary>What a model name in a request means.</summary>
/// <param name="RequestedName">The name as asked for; answers echo it.</param>
/// <param name="Base">The base model.</param>
/// <param name="Tuned">The tuned model over it, or null.</param>
public sealed record ServedModel(string RequestedName, BaseModel Base, TunedModel? Tuned);
