namespace Cremona.Inference.Architectures;

/// <summary>Names and shapes of the linear layers of a decoder block.</summary>
public static class LinearKinds
{
    /// <summary>All seven, in declaration order.</summary>
    public static IReadOnlyList<LinearKind> All { get; } = Enum.GetValues<LinearKind>();

    /// <summary>Layers by the input they share, in the order of the forward pass; the outputs of a group lie side by
    /// side.</summary>
    internal static LinearKind[] QueryKeyValue { get; } = [LinearKind.Query, LinearKind.Key, LinearKind.Value];

    /// <inheritdoc cref="QueryKeyValue"/>
    internal static LinearKind[] Output { get; } = [LinearKind.Output];

    /// <inheritdoc cref="QueryKeyValue"/>
    internal static LinearKind[] GateUp { get; } = [LinearKind.Gate, LinearKind.Up];

    /// <inheritdoc cref="QueryKeyValue"/>
    internal static LinearKind[] Down { get; } = [LinearKind.Down];

    /// <summary>The four groups.</summary>
    internal static LinearKind[][] Groups { get; } = [QueryKeyValue, Output, GateUp, Down];

    /// <summary>The module name inside a block, as Hugging Face and PEFT write it.</summary>
    public static string ModuleName(this LinearKind kind) => kind switch
    {
        LinearKind.Query => "self_attn.q_proj",
        LinearKind.Key => "self_attn.k_proj",
        LinearKind.Value => "self_attn.v_proj",
        LinearKind.Output => "self_attn.o_proj",
        LinearKind.Gate => "mlp.gate_proj",
        LinearKind.Up => "mlp.up_proj",
        LinearKind.Down => "mlp.down_proj",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    /// <summary>Rows of the weight matrix: the width of the layer's output.</summary>
    public static int OutputSize(this DecoderConfig config, LinearKind kind) => kind switch
    {
        LinearKind.Query => config.QuerySize,
        LinearKind.Key or LinearKind.Value => config.KeyValueSize,
        LinearKind.Gate or LinearKind.Up => config.IntermediateSize,
        _ => config.HiddenSize,
    };

    /// <summary>Columns of the weight matrix: the width of the layer's input.</summary>
    public static int InputSize(this DecoderConfig config, LinearKind kind) => kind switch
    {
        LinearKind.Output => config.QuerySize,
        LinearKind.Down => config.IntermediateSize,
        _ => config.HiddenSize,
    };
}
