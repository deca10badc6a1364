namespace Cremona.Inference.Architectures;

/// <summary>The seven linear layers of a decoder block, in the order of their use; each can carry a LoRA
/// adapter.</summary>
public enum LinearKind
{
    /// <summary><c>self_attn.q_proj</c>, [querySize, hiddenSize].</summary>
    Query,

    /// <summary><c>self_attn.k_proj</c>, [keyValueSize, hiddenSize].</summary>
    Key,

    /// <summary><c>self_attn.v_proj</c>, [keyValueSize, hiddenSize].</summary>
    Value,

    /// <summary><c>self_attn.o_proj</c>, [hiddenSize, querySize].</summary>
    Output,

    /// <summary><c>mlp.gate_proj</c>, [intermediateSize, hiddenSize].</summary>
    Gate,

    /// <summary><c>mlp.up_proj</c>, [intermediateSize, hiddenSize].</summary>
    Up,

    /// <summary><c>mlp.down_proj</c>, [hiddenSize, intermediateSize].</summary>
    Down,
}
