namespace Cremona.Inference.Templates.Jinja.Values;

/// <summary>What a name or member that is not there stands for: false, empty and without members.</summary>
internal sealed record JinjaUndefined(string Name);
