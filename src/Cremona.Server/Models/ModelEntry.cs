using Cremona.Inference.Kernels;
using Cremona.Server.Models.Upstream;

namespace Cremona.Server.Models;

/// <summary>One model of the configuration.</summary>
public sealed class ModelEntry
{
    /// <summary>A Hugging Face folder (config.json, tokenizer.json, safetensors) or a GGUF file. A relative path starts
    /// beside the program. Empty for a model whose weights are elsewhere.</summary>
    public string Folder { get; set; } = "";

    /// <summary>How the weights lie in memory while the model is served: <c>F32</c>, <c>BF16</c>, <c>Q8</c> or
    /// <c>Q4</c>. Default: BF16 when the files hold nothing else, otherwise F32, which lose nothing; for a
    /// GGUF file with quantised weights the nearest of Q8 and Q4. Training always
    /// computes in F32.</summary>
    public WeightFormat? Weights { get; set; }

    /// <summary>The servers that answer for the model; null (default): this one does.</summary>
    public UpstreamEntry? Upstream { get; set; }

    /// <summary>Wire names that mean this model.</summary>
    public IList<string> Aliases { get; set; } = [];
}
