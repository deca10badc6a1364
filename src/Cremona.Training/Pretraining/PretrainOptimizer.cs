using System.Text.Json.Serialization;

namespace Cremona.Training.Pretraining;

/// <summary>What changes the parameters.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PretrainOptimizer>))]
public enum PretrainOptimizer
{
    /// <summary>AdamW for everything.</summary>
    AdamW,

    /// <summary>Muon for the matrices of linear layers, AdamW for the rest.</summary>
    Muon,
}
