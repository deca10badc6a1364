using System.Text.Json;
using System.Text.Json.Serialization;
using Cremona.Inference.Architectures;

namespace Cremona.Training.Pretraining;

/// <summary>How a model is trained from nothing: read from <c>recipe.json</c>, whose names are in snake case. The
/// weights are a function of the recipe and the generator alone.</summary>
public sealed record PretrainRecipe
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <summary>Of the generated text and the first weights.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Used when the output folder has no tokenizer yet.</summary>
    public required PretrainTokenizer Tokenizer { get; init; }

    /// <summary>Shape of the decoder.</summary>
    public required PretrainShape Model { get; init; }

    /// <summary>Length, rates and measurements of the run.</summary>
    public required PretrainSchedule Training { get; init; }

    /// <summary>Reads a recipe.</summary>
    /// <exception cref="InvalidDataException">It is no recipe; the message names the file and the fault.</exception>
    public static PretrainRecipe Read(string path)
    {
        try
        {
            PretrainRecipe recipe = JsonSerializer.Deserialize<PretrainRecipe>(File.ReadAllBytes(path), Json)
                ?? throw new InvalidDataException("the recipe is null");
            recipe.Tokenizer.Check();
            recipe.Model.Check();
            recipe.Training.Check();
            return recipe;
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>The decoder's configuration: Qwen3's form with a tied head.</summary>
    public DecoderConfig ToConfig(int vocabularySize) => new()
    {
        Architecture = "Qwen3ForCausalLM",
        VocabularySize = vocabularySize,
        HiddenSize = Model.HiddenSize,
        IntermediateSize = Model.IntermediateSize,
        LayerCount = Model.LayerCount,
        HeadCount = Model.HeadCount,
        KeyValueHeadCount = Model.KeyValueHeadCount,
        HeadDimension = Model.HeadDimension,
        ContextLength = Model.ContextLength,
        RopeTheta = Model.RopeTheta,
        TieWordEmbeddings = true,
        QueryKeyNorm = true,
    };

    internal static void Require(bool isMet, string property, string range)
    {
        if (!isMet) throw new InvalidDataException($"{JsonNamingPolicy.SnakeCaseLower.ConvertName(property)} must be {range}");
    }
}
