namespace Cremona.Inference.Checkpoints.Gguf;

/// <summary>Kinds of tokens, by their numbers in <c>tokenizer.ggml.token_type</c>.</summary>
internal enum GgufTokenType
{
    Normal = 1,
    Unknown = 2,
    Control = 3,
    UserDefined = 4,
    Unused = 5,
    Byte = 6,
}
