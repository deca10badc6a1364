using Cremona.Inference.Architectures;
using Cremona.Inference.Templates;
using Cremona.Inference.Tokenizers;

namespace Cremona.Inference.Checkpoints;

/// <summary>A model as read from a Hugging Face folder: shape, weights, tokenizer and chat template.
/// Immutable.</summary>
public sealed record LanguageModel(
    DecoderConfig Config, DecoderWeights Weights, ITokenizer Tokenizer, IChatTemplate ChatTemplate);
