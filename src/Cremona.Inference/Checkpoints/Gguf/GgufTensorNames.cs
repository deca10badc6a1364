namespace Cremona.Inference.Checkpoints.Gguf;

/// <summary>GGUF's names for the tensors of a decoder.</summary>
internal static class GgufTensorNames
{
    private const string LayerPrefix = "model.layers.";

    /// <summary>The GGUF name for one of Hugging Face.</summary>
    /// <exception cref="ArgumentException">The name is no tensor of a decoder.</exception>
    public static string FromHuggingFace(string name)
    {
        string? found = name switch
        {
            "model.embed_tokens.weight" => "token_embd.weight",
            "model.norm.weight" => "output_norm.weight",
            "lm_head.weight" => "output.weight",
            _ when name.StartsWith(LayerPrefix, StringComparison.Ordinal) => Block(name[LayerPrefix.Length..]),
            _ => null,
        };
        return found ?? throw new ArgumentException($"{name} is no tensor of a decoder", nameof(name));
    }

    private static string? Block(string name)
    {
        string[] parts = name.Split('.', 2);
        int end = parts[1].LastIndexOf('.');
        string? module = parts[1][..end] switch
        {
            "input_layernorm" => "attn_norm",
            "post_attention_layernorm" => "ffn_norm",
            "self_attn.q_proj" => "attn_q",
            "self_attn.k_proj" => "attn_k",
            "self_attn.v_proj" => "attn_v",
            "self_attn.o_proj" => "attn_output",
            "self_attn.q_norm" => "attn_q_norm",
            "self_attn.k_norm" => "attn_k_norm",
            "mlp.gate_proj" => "ffn_gate",
            "mlp.up_proj" => "ffn_up",
            "mlp.down_proj" => "ffn_down",
            _ => null,
        };
        return module is null ? null : $"blk.{parts[0]}.{module}{parts[1][end..]}";
    }
}
