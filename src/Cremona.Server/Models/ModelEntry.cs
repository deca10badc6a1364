namespace Cremona.Server.Models;

/// <summary>One model of the configuration.</summary>
public sealed class ModelEntry
{
    /// <summary>A Hugging Face folder: config.json, tokenizer.json, safetensors. A relative path starts beside the
    /// program.</summary>
    public string Folder { get; set; } = "";

    /// <summary>Wire names that mean this model.</summary>
    public IList<string> Aliases { get; set; } = [];
}
