using System.Collections;
using Cremona.Inference.Adapters;
using Cremona.Training.Checkpoints;
using Cremona.Training.Data;
using Cremona.Training.FineTuning;
using CsCheck;

namespace Cremona.Training.Tests.FineTuning;

public class FineTunerTests
{
    private const int StepCount = 12; // 7 rows in batches of 2, 3 epochs.

    [Fact]
    public void Run_LowersTheLoss_AndMeasuresValidationAfterEachEpoch()
    {
        using var folder = new ScratchFolder();
        FineTuneRequest request = TinyFineTune.Request(folder.Path) with
        {
            Hyperparameters = new FineTuneHyperparameters(BatchSize: 7, LearningRateMultiplier: 1e-3, EpochCount: 60),
        };
        var told = new List<TrainingStep>();

        FineTuneResult result = new FineTuner().Run(request, told.Add, CancellationToken.None);

        told.ShouldBe(result.Steps);
        result.Steps.Count.ShouldBe(60);
        result.Steps.ShouldAllBe(step => step.ValidationLoss != null && step.StepCount == 60);
        result.Steps[^1].TrainLoss.ShouldBeLessThan(0.7 * result.Steps[0].TrainLoss);
        result.Steps[^1].TokenCount.ShouldBe(60 * request.TrainingRows.Sum(row => row.Tokens.Length));
        result.LargestLogitDifference.ShouldBeInRange(0, 1e-3);
    }

    [Fact]
    public void Run_KeepsTheAdapterOfTheLowestValidationLoss()
    {
        using var whole = new ScratchFolder();
        using var cut = new ScratchFolder();

        // Validation asks for another ending than training teaches, so the surer the model gets, the higher this loss.
        TokenizedRow taught = TinyFineTune.Rows(1, seed: 21)[0];
        TokenizedRow asked = new([.. taught.Tokens[..^1], (taught.Tokens[^1] + 1) % 37],
            OnlyLast(taught.Tokens.Length));
        FineTuneRequest request = TinyFineTune.Request(whole.Path) with
        {
            TrainingRows = [taught with { IsLearned = OnlyLast(taught.Tokens.Length) }],
            ValidationRows = [asked],
            Hyperparameters = new FineTuneHyperparameters(LearningRateMultiplier: 1e-3, EpochCount: 30),
        };

        FineTuneResult result = new FineTuner().Run(request, _ => { }, CancellationToken.None);

        TrainingStep best = result.Steps.MinBy(step => step.ValidationLoss)!;
        best.Step.ShouldBeLessThan(30);
        byte[] kept = TinyFineTune.AdapterBytes(result.AdapterFolder);
        byte[]? atBest = null;
        new FineTuner().Run(
            request with { WorkFolder = cut.Path },
            step => atBest = step.Step == best.Step ? TinyFineTune.AdapterBytes(cut["adapter"]) : atBest,
            CancellationToken.None);
        atBest.ShouldBe(kept);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Adapter_IsByteIdentical_WithAnyThreads_AlsoMoreThanAPoolTakes(int validationRows)
    {
        byte[] one = Undisturbed(threads: 1, validationRows);
        foreach (int threads in (int[])[2, 4, 300]) Undisturbed(threads, validationRows).ShouldBe(one);
    }

    [Fact]
    public void Adapter_IsByteIdentical_WhenTheRunIsCancelledAtAnySteps()
    {
        (byte[] expected, IReadOnlyList<TrainingStep> steps) = UndisturbedRun(1, 2);
        Gen.Int[1, StepCount - 1].Array[1, 4].Sample(
            cancelledAt =>
            {
                using var folder = new ScratchFolder();
                foreach (int step in cancelledAt.Distinct().Order())
                {
                    using var source = new CancellationTokenSource();
                    Should.Throw<OperationCanceledException>(() => new FineTuner().Run(
                        Slow(TinyFineTune.Request(folder.Path)),
                        done => CancelAt(source, done.Step >= step),
                        source.Token));
                }

                FineTuneResult result = new FineTuner().Run(
                    Slow(TinyFineTune.Request(folder.Path, threads: 2)), _ => { }, CancellationToken.None);
                TinyFineTune.AdapterBytes(result.AdapterFolder).ShouldBe(expected);
                result.Steps.ShouldBe(steps);
            },
            iter: 8, threads: 1);
    }

    [Fact]
    public void Adapter_IsByteIdentical_WhenTheRunCrashesAfterEveryStep()
    {
        (byte[] expected, IReadOnlyList<TrainingStep> steps) = UndisturbedRun(1, 2);
        using var folder = new ScratchFolder();

        // Told before its checkpoint is written, so each crash loses one step and the next attempt takes it again.
        var fresh = new HashSet<int>();
        for (int attempt = 0; attempt < StepCount; attempt++)
        {
            Should.Throw<CrashException>(() => new FineTuner().Run(
                TinyFineTune.Request(folder.Path),
                step =>
                {
                    if (fresh.Add(step.Step)) throw new CrashException();
                },
                CancellationToken.None));
        }

        FineTuneResult result = new FineTuner().Run(TinyFineTune.Request(folder.Path), _ =>
            { }, CancellationToken.None);
        TinyFineTune.AdapterBytes(result.AdapterFolder).ShouldBe(expected);
        result.Steps.ShouldBe(steps);
    }

    [Fact]
    public void Adapter_IsByteIdentical_WhenTheNewestCheckpointIsDamaged()
    {
        byte[] expected = Undisturbed(1, 2);
        using var folder = new ScratchFolder();
        FineTuneRequest request = TinyFineTune.Request(folder.Path);
        StopAt(request, 7);
        string newest = Directory.GetFiles(folder["checkpoints"]).Order(StringComparer.Ordinal).Last();
        File.WriteAllBytes(newest, File.ReadAllBytes(newest)[..^9]);

        FineTuneResult result = new FineTuner().Run(request, _ => { }, CancellationToken.None);

        TinyFineTune.AdapterBytes(result.AdapterFolder).ShouldBe(expected);
        result.CheckpointFaults.ShouldHaveSingleItem().ShouldContain(newest);
    }

    [Fact]
    public void Adapter_IsByteIdentical_WhenTheRunCrashesWhileTheBestAdapterIsWritten()
    {
        byte[] expected = Undisturbed(1, 2);
        using var folder = new ScratchFolder();
        FineTuneRequest request = TinyFineTune.Request(folder.Path);

        // A folder where the file should be: writing the first epoch's adapter fails like a full disk.
        Directory.CreateDirectory(Path.Combine(folder["adapter"], "adapter_config.json"));
        Should.Throw<IOException>(() => new FineTuner().Run(request, _ => { }, CancellationToken.None));
        Directory.Delete(folder["adapter"], recursive: true);

        FineTuneResult result = new FineTuner().Run(request, _ => { }, CancellationToken.None);
        TinyFineTune.AdapterBytes(result.AdapterFolder).ShouldBe(expected);
    }

    [Fact]
    public void Adapter_IsByteIdentical_WhenTheRunIsCancelledDuringValidation()
    {
        (byte[] expected, IReadOnlyList<TrainingStep> steps) = UndisturbedRun(1, 2);
        using var folder = new ScratchFolder();
        FineTuneRequest request = TinyFineTune.Request(folder.Path);
        using var source = new CancellationTokenSource();
        var rows = new CancellingRows(request.ValidationRows, source);
        var told = new List<int>();

        // The first epoch ends with step 4, which measures.
        Should.Throw<OperationCanceledException>(() => new FineTuner().Run(
            request with { ValidationRows = rows },
            step =>
            {
                told.Add(step.Step);
                rows.IsCancelling = step.Step == 3;
            },
            source.Token));
        told.ShouldBe([1, 2, 3]);

        FineTuneResult result = new FineTuner().Run(request, _ => { }, CancellationToken.None);
        TinyFineTune.AdapterBytes(result.AdapterFolder).ShouldBe(expected);
        result.Steps.ShouldBe(steps);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Adapter_IsByteIdentical_WhenItIsLostBehindItsCheckpoint(int validationRows)
    {
        byte[] expected = Undisturbed(1, validationRows);
        using var folder = new ScratchFolder();
        FineTuneRequest request = TinyFineTune.Request(folder.Path, validationRows: validationRows);
        new FineTuner().Run(request, _ => { }, CancellationToken.None);
        Directory.Delete(folder["adapter"], recursive: true);

        // An attempt that starts over and is interrupted leaves checkpoints of its own only.
        StopAt(request, 6);
        FineTuneResult result = new FineTuner().Run(request, _ => { }, CancellationToken.None);

        TinyFineTune.AdapterBytes(result.AdapterFolder).ShouldBe(expected);
        result.Steps.Count.ShouldBe(StepCount);
    }

    [Theory]
    [InlineData(false, typeof(DirectoryNotFoundException))]
    [InlineData(true, typeof(OperationCanceledException))]
    public void Run_WritesNothingMore_WhenItsWorkFolderIsRemoved(bool isCancelled, Type expected)
    {
        using var folder = new ScratchFolder();
        using var source = new CancellationTokenSource();
        string work = folder["attempt-1"];

        var fault = Should.Throw<Exception>(() => new FineTuner().Run(
            TinyFineTune.Request(work),
            step =>
            {
                if (step.Step < 2) return;
                Directory.Delete(work, recursive: true);
                CancelAt(source, isCancelled);
            },
            source.Token));

        fault.ShouldBeOfType(expected);
        Directory.Exists(work).ShouldBeFalse();
    }

    [Fact]
    public void Run_Refuses_TheCheckpointsOfAnotherRequest()
    {
        using var folder = new ScratchFolder();
        FineTuneRequest request = TinyFineTune.Request(folder.Path);
        StopAt(request, 3);
        FineTuneRequest[] others =
        [
            request with { Seed = 43 },
            request with { TrainingRows = TinyFineTune.Rows(7, seed: 99) },
            request with { Hyperparameters = request.Hyperparameters with { EpochCount = 4 } },
            request with { BaseModelName = "other" },
        ];
        foreach (FineTuneRequest other in others)
            Should.Throw<CheckpointMismatchException>(() =>
                new FineTuner().Run(other, _ => { }, CancellationToken.None));
    }

    [Fact]
    public void Run_NamesTheStep_WhenTheLossIsNoLongerFinite()
    {
        using var folder = new ScratchFolder();
        var told = new List<int>();
        var tuner = new FineTuner(new FineTuneSettings { BaseLearningRate = 1e30 });

        var fault = Should.Throw<TrainingDivergedException>(() => tuner.Run(
            TinyFineTune.Request(folder.Path), step => told.Add(step.Step), CancellationToken.None));

        told.ShouldNotBeEmpty();
        fault.Step.ShouldBe(told.Count + 1);
    }

    [Fact]
    public void Adapter_LoadsAsAPeftFolder_ForEveryLinearLayer()
    {
        using var folder = new ScratchFolder();
        FineTuneRequest request = TinyFineTune.Request(folder.Path);
        FineTuneResult result = new FineTuner().Run(request, _ => { }, CancellationToken.None);

        LoraAdapter adapter = AdapterFolder.Load(result.AdapterFolder, request.BaseModel.Config);

        adapter.Matrices.Count.ShouldBe(7 * request.BaseModel.Config.LayerCount);
        adapter.Matrices.Values.ShouldAllBe(matrices => matrices.B.Any(value => value != 0));
    }

    private static bool[] OnlyLast(int count) => [.. Enumerable.Repeat(false, count - 1), true];

    private static byte[] Undisturbed(int threads, int validationRows) =>
        UndisturbedRun(threads, validationRows).Adapter;

    private static (byte[] Adapter, IReadOnlyList<TrainingStep> Steps) UndisturbedRun(int threads, int validationRows)
    {
        using var folder = new ScratchFolder();
        FineTuneResult result = new FineTuner().Run(
            TinyFineTune.Request(folder.Path, threads, validationRows), _ => { }, CancellationToken.None);
        result.Steps.Count.ShouldBe(StepCount);
        return (TinyFineTune.AdapterBytes(result.AdapterFolder), result.Steps);
    }

    private static FineTuneRequest Slow(FineTuneRequest request) =>
        request with { CheckpointInterval = TimeSpan.FromHours(1) };

    private static void CancelAt(CancellationTokenSource source, bool isTime)
    {
        if (isTime) source.Cancel();
    }

    private static void StopAt(FineTuneRequest request, int step)
    {
        using var source = new CancellationTokenSource();
        Should.Throw<OperationCanceledException>(
            () => new FineTuner().Run(request, done => CancelAt(source, done.Step == step), source.Token));
    }

    private sealed class CrashException : Exception;

    /// <summary>Rows that cancel while they are read, once a test wants it.</summary>
    private sealed class CancellingRows(IReadOnlyList<TokenizedRow> rows, CancellationTokenSource source)
        : IReadOnlyList<TokenizedRow>
    {
        public bool IsCancelling { get; set; }

        public int Count => rows.Count;

        public TokenizedRow this[int index] => rows[index];

        public IEnumerator<TokenizedRow> GetEnumerator()
        {
            CancelAt(source, IsCancelling);
            return rows.GetEnumerator();
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
