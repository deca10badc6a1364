namespace Cremona.Inference.Grammar.JsonSchema;

/// <summary>One of <c>null</c>, <c>true</c> and <c>false</c>.</summary>
internal sealed record WordShape(string Word) : Shape;
