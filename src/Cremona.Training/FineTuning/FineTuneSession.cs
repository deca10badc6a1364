using Cremona.Inference.Adapters;
using Cremona.Inference.Kernels;
using Cremona.Training.Backward;
using Cremona.Training.Checkpoints;
using Cremona.Training.Data;
using Cremona.Training.Optimizers;

namespace Cremona.Training.FineTuning;

/// <summary>The state of a fine-tuning run and its next step.</summary>
internal sealed class FineTuneSession : IDisposable
{
    // Of a distribution that is rehearsed: beyond these there is next to nothing.
    private const int RehearsedTokens = 32;

    private readonly FineTuneRequest _request;
    private readonly FineTuneSettings _settings;
    private readonly IReadOnlyList<TokenizedRow> _rehearsed;
    private readonly RowOrder _order;
    private readonly DecoderTrainer _trainer;
    private readonly AdamW _optimizer;
    private readonly LearningRateSchedule _schedule;
    private readonly int _pieceTokens;
    private readonly List<TrainingStep> _history = [];
    private double _bestValidationLoss = double.PositiveInfinity;

    /// <param name="request">Rows and hyperparameters.</param>
    /// <param name="settings">What the request leaves open.</param>
    /// <param name="rehearsed">Learned beside the rows; may be empty.</param>
    /// <param name="pool">Computes.</param>
    /// <param name="cancellationToken">Stops before the next rehearsed row.</param>
    public FineTuneSession(
        FineTuneRequest request,
        FineTuneSettings settings,
        IReadOnlyList<TokenizedRow> rehearsed,
        ComputePool pool,
        CancellationToken cancellationToken)
    {
        (_request, _settings) = (request, settings);
        FineTuneHyperparameters wire = request.Hyperparameters;
        _order = new RowOrder(request.TrainingRows.Count, wire.BatchSize, wire.EpochCount, request.Seed);
        _pieceTokens = Math.Max(
            settings.PieceTokens,
            request.TrainingRows.Concat(request.ValidationRows).Concat(rehearsed).Max(row => row.Tokens.Length));
        _trainer = DecoderTrainer.ForLora(
            request.BaseModel.Weights, settings.ToLora(), request.Seed, pool, _pieceTokens);
        _optimizer = new AdamW(_trainer.Parameters, settings.ToOptimizer(), pool);
        _schedule = settings.ToSchedule(
            wire.LearningRateMultiplier, request.BaseModel.Config.HiddenSize, StepCount);
        _rehearsed = [.. rehearsed.Select(row => AsPredicted(row, cancellationToken))];
    }

    public IReadOnlyList<TrainingStep> History => _history;

    /// <summary>Steps taken.</summary>
    public int Step => _history.Count;

    public int StepCount => _order.StepCount;

    /// <summary>The adapter is the one to keep so far: the lowest validation loss, or the run's end when there are no
    /// validation rows.</summary>
    public bool IsBest { get; private set; }

    /// <summary>One optimiser step; at the end of an epoch also a measurement on the validation rows.</summary>
    /// <param name="cancellationToken">Stops within the measurement. Then the step is not in the history but already
    /// in the parameters: such a session must not be captured any more.</param>
    /// <exception cref="OperationCanceledException">Cancelled within the measurement.</exception>
    /// <exception cref="TrainingDivergedException">Loss or gradient are not finite.</exception>
    public TrainingStep TakeStep(CancellationToken cancellationToken)
    {
        int step = Step + 1;
        TokenizedRow[] rows = [.. _order.RowsOf(step).Select(row => _request.TrainingRows[row])];
        double loss = Learn(rows, [.. RehearsedOf(step, rows.Length)], step);
        double? validationLoss = _request.ValidationRows.Count > 0 && _order.EndsEpoch(step)
            ? Validate(cancellationToken)
            : null;
        if (!double.IsFinite(loss) || !double.IsFinite(validationLoss ?? 0)) throw new TrainingDivergedException(step);

        IsBest = validationLoss < _bestValidationLoss || (_request.ValidationRows.Count == 0 && step == StepCount);
        if (validationLoss is { } measured) _bestValidationLoss = Math.Min(_bestValidationLoss, measured);
        long tokens = (Step > 0 ? _history[^1].TokenCount : 0) + rows.Sum(row => (long)row.Tokens.Length);
        _history.Add(new TrainingStep(step, StepCount, loss, validationLoss, tokens));
        return _history[^1];
    }

    public LoraAdapter ToAdapter() => _trainer.ToAdapter();

    public TrainerState Capture(string fingerprint) => new()
    {
        Fingerprint = fingerprint,
        Step = Step,
        DataPosition = Step,
        BestValidationLoss = _bestValidationLoss,
        History = [.. _history],
        Tensors = TrainerStates.Capture(_trainer.Parameters, _optimizer),
    };

    public void Restore(TrainerState state)
    {
        TrainerStates.Restore(state, _trainer.Parameters, _optimizer);
        _bestValidationLoss = state.BestValidationLoss;
        _history.AddRange(state.History);
    }

    /// <summary>Puts an adapter into the trainer, so that its logits are the adapter's.</summary>
    public void Load(LoraAdapter adapter)
    {
        foreach (((int layer, var kind), LoraMatrices matrices) in adapter.Matrices)
        {
            (string nameA, string nameB) = AdapterFolder.TensorNames(layer, kind);
            matrices.A.CopyTo(Find(nameA).Value, 0);
            matrices.B.CopyTo(Find(nameB).Value, 0);
        }
    }

    public void Logits(PackedBatch batch, Span<float> logits) => _trainer.Logits(batch, logits);

    public void Dispose() => _trainer.Dispose();

    private TrainableTensor Find(string name) => _trainer.Parameters.Single(parameter => parameter.Name == name);

    // A fresh adapter changes nothing yet: what is predicted now is what the base predicts.
    private TokenizedRow AsPredicted(TokenizedRow row, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var distributions = new TokenDistribution?[row.Tokens.Length];
        int next = 0;
        TokenDistribution[] predicted = _trainer.Predict(RowPacking.Pack([row]), RehearsedTokens);
        for (int i = 1; i < distributions.Length; i++)
            if (row.IsLearned[i]) distributions[i] = predicted[next++];
        return row with { Distributions = distributions };
    }

    // One after another, from the beginning again after the last.
    private IEnumerable<TokenizedRow> RehearsedOf(int step, int count) => _rehearsed.Count == 0
        ? []
        : Enumerable.Range(0, count).Select(i => _rehearsed[(int)((((step - 1L) * count) + i) % _rehearsed.Count)]);

    private double Learn(TokenizedRow[] rows, TokenizedRow[] rehearsed, int step)
    {
        double loss = Accumulate(rows, 1);
        double rehearsalLoss = rehearsed.Length > 0 ? Accumulate(rehearsed, _settings.RehearsalWeight) : 0;
        double norm = _optimizer.Step(_schedule.At(step), _settings.GradientNormMax);
        return double.IsFinite(norm + rehearsalLoss) ? loss : double.NaN;
    }

    /// <summary>Adds the gradient of the rows' mean loss.</summary>
    private double Accumulate(TokenizedRow[] rows, float weight)
    {
        PackedBatch[] pieces = [.. RowPacking.PackPieces(rows, _pieceTokens)];
        int learned = Math.Max(1, pieces.Sum(RowPacking.LearnedCount));
        double lossSum = 0;
        foreach (PackedBatch piece in pieces) lossSum += _trainer.ForwardBackward(piece, weight / learned).LossSum;
        return lossSum / learned;
    }

    private double Validate(CancellationToken cancellationToken)
    {
        (double lossSum, long learned) = (0, 0);
        foreach (PackedBatch piece in RowPacking.PackPieces(_request.ValidationRows, _pieceTokens))
        {
            cancellationToken.ThrowIfCancellationRequested();
            (double sum, int count) = _trainer.Evaluate(piece);
            (lossSum, learned) = (lossSum + sum, learned + count);
        }

        return lossSum / Math.Max(1, learned);
    }
}
