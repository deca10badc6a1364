using Cremona.Inference.Architectures;
using Cremona.Inference.Templates;
using Cremona.Inference.Tokenizers;

namespace Cremona.Inference.Checkpoints;

/// <summary>A model as read from disk: shape, weights, tokenizer and chat template. Thread-safe.</summary>
/// <param name="source">The weights; those of a model on disk are read when asked for.</param>
/// <param name="tokenizer">Text to ids and back.</param>
/// <param name="chatTemplate">Turns to ids.</param>
public sealed class LanguageModel(IDecoderSource source, ITokenizer tokenizer, IChatTemplate chatTemplate)
{
    private readonly Lock _gate = new();
    private readonly WeakReference<DecoderWeights> _weights = new(null!);

    public DecoderConfig Config => Source.Config;

    public IDecoderSource Source { get; } = source;

    public ITokenizer Tokenizer { get; } = tokenizer;

    public IChatTemplate ChatTemplate { get; } = chatTemplate;

    /// <summary>All weights in float32, as training needs them. They stay in memory as long as somebody uses them.
    /// </summary>
    /// <exception cref="InvalidDataException">A tensor cannot be read.</exception>
    public DecoderWeights Weights
    {
        get
        {
            lock (_gate)
            {
                if (_weights.TryGetTarget(out DecoderWeights? weights)) return weights;
                weights = DecoderWeights.Read(Source);
                _weights.SetTarget(weights);
                return weights;
            }
        }
    }
}
