using Cremona.Inference.Architectures;
using Cremona.Inference.Kernels;
using Cremona.Inference.Templates;
using Cremona.Training.Backward;
using Cremona.Training.Checkpoints;
using Cremona.Training.Data;
using Cremona.Training.Optimizers;

namespace Cremona.Training.Pretraining;

/// <summary>The state of a pretraining run and its next step.</summary>
internal sealed class PretrainSession : IDisposable
{
    private readonly PretrainSchedule _training;
    private readonly CorpusBatches _corpus;
    private readonly IReadOnlyList<PackedBatch> _validation;
    private readonly DecoderTrainer _trainer;
    private readonly IOptimizer _optimizer;
    private readonly List<TrainingStep> _history = [];
    private long _nextIndex;
    private long _tokenCount;

    public PretrainSession(PretrainRecipe recipe, DecoderWeights weights, IChatTemplate template, ComputePool pool)
    {
        (_training, Weights) = (recipe.Training, weights);
        _corpus = new CorpusBatches(recipe, template);
        _validation = _corpus.Validation();
        _trainer = DecoderTrainer.ForFullParameters(weights, pool, _training.TokensPerStep);
        _optimizer = CreateOptimizer(_training, _trainer.Parameters, pool);
    }

    public DecoderWeights Weights { get; }

    public IReadOnlyList<TrainingStep> History => _history;

    /// <summary>Steps taken.</summary>
    public int Step => _history.Count;

    public double BestValidationLoss { get; private set; } = double.PositiveInfinity;

    /// <summary>The last step measured the lowest validation loss so far.</summary>
    public bool IsBest { get; private set; }

    public double LearningRate => _training.LearningRateAt(Math.Max(1, Step));

    /// <summary>One optimiser step, and a measurement on the validation dialogues when one is due.</summary>
    /// <exception cref="TrainingDivergedException">Loss or gradient are not finite.</exception>
    public TrainingStep TakeStep(PretrainSpeed speed)
    {
        int step = Step + 1;
        (PackedBatch batch, _nextIndex) = _corpus.Next(_nextIndex);
        double loss = speed.Time(batch, () => Learn(batch, step));
        if (!double.IsFinite(loss)) throw new TrainingDivergedException(step);
        _tokenCount += batch.Tokens.Length;

        bool isMeasured = step % _training.ValidationSteps == 0 || step == _training.StepCount;
        double? validationLoss = isMeasured ? Validate() : null;
        IsBest = validationLoss < BestValidationLoss;
        if (IsBest) BestValidationLoss = validationLoss!.Value;
        _history.Add(new TrainingStep(step, _training.StepCount, loss, validationLoss, _tokenCount));
        return _history[^1];
    }

    public TrainerState Capture(string fingerprint) => new()
    {
        Fingerprint = fingerprint,
        Step = Step,
        DataPosition = _nextIndex,
        BestValidationLoss = BestValidationLoss,
        History = [.. _history],
        Tensors = TrainerStates.Capture(_trainer.Parameters, _optimizer),
    };

    public void Restore(TrainerState state)
    {
        TrainerStates.Restore(state, _trainer.Parameters, _optimizer);
        (_nextIndex, BestValidationLoss) = (state.DataPosition, state.BestValidationLoss);
        _history.AddRange(state.History.Select(step => step with { StepCount = _training.StepCount }));
        _tokenCount = _history.Count > 0 ? _history[^1].TokenCount : 0;
    }

    public void Dispose() => _trainer.Dispose();

    private static IOptimizer CreateOptimizer(
        PretrainSchedule training, IReadOnlyList<TrainableTensor> parameters, ComputePool pool)
    {
        var adam = new AdamWOptions { Beta2 = training.Beta2, WeightDecay = training.WeightDecay };
        return training.Optimizer == PretrainOptimizer.AdamW
            ? new AdamW(parameters, adam, pool)
            : new Muon(parameters, new MuonOptions { WeightDecay = training.WeightDecay }, adam, pool);
    }

    private double Learn(PackedBatch batch, int step)
    {
        int learned = Math.Max(1, RowPacking.LearnedCount(batch));
        (double lossSum, _) = _trainer.ForwardBackward(batch, 1f / learned);
        double norm = _optimizer.Step(_training.LearningRateAt(step), _training.GradientNormMax);
        return double.IsFinite(norm) ? lossSum / learned : double.NaN;
    }

    private double Validate()
    {
        (double lossSum, long tokens) = (0, 0);
        foreach (PackedBatch batch in _validation)
        {
            (double sum, int count) = _trainer.Evaluate(batch);
            (lossSum, tokens) = (lossSum + sum, tokens + count);
        }

        return lossSum / Math.Max(1, tokens);
    }
}
