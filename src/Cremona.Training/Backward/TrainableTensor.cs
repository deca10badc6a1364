namespace Cremona.Training.Backward;

/// <summary>A parameter array and the gradient that backward passes add to. The arrays are the trainer's own, not
/// copies.</summary>
/// <param name="Name">The tensor's name in a Hugging Face checkpoint or a PEFT adapter.</param>
/// <param name="Value">Updated in place by the optimiser.</param>
/// <param name="Gradient">As long as <paramref name="Value"/>; zeroed by the optimiser after each step.</param>
/// <param name="Decays">Weight decay applies: true for matrices, false for norms and biases.</param>
public sealed record TrainableTensor(string Name, float[] Value, float[] Gradient, bool Decays)
{
    /// <summary>Rows of a linear layer's whole matrix; 0 for everything else: embeddings, norms, biases and
    /// adapters.</summary>
    public int Rows { get; init; }

    /// <summary>Columns of a linear layer's whole matrix.</summary>
    public int Columns => Rows == 0 ? 0 : Value.Length / Rows;
}
