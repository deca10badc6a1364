using Cremona.Inference.Architectures;
using Cremona.Inference.Kernels;
using Cremona.Training.Backward;
using Cremona.Training.Optimizers;

namespace Cremona.Training.Tests.Backward;

public class DecoderTrainerTests
{
    private static readonly LoraSettings AllLinears = new(Rank: 4, Alpha: 8, LinearKinds.All);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Training_IsBitIdentical_WithOneTwoAndFourThreads(bool lora)
    {
        float[][] one = ValuesAfterTraining(lora, threads: 1);

        foreach (int threads in (int[])[2, 4])
        {
            float[][] many = ValuesAfterTraining(lora, threads);
            for (int i = 0; i < one.Length; i++)
                many[i].AsSpan().SequenceEqual(one[i]).ShouldBeTrue($"tensor {i} with {threads} threads");
        }
    }

    [Fact]
    public void Evaluate_GivesTheSameLoss_WhenRowsArePackedOrSeparate()
    {
        var config = TinyDecoder.Config(bias: true, headNorm: true);
        using var pool = new ComputePool(2);
        using var trainer = DecoderTrainer.ForFullParameters(TinyDecoder.Weights(config, 5), pool, 160);
        int[] lengths = [33, 1, 70, 12, 40];
        var packed = TinyDecoder.Batch(config, 6, lengths);
        double separate = 0;
        int learned = 0;
        for (int row = 0; row < lengths.Length; row++)
        {
            int start = packed.SequenceStarts[row];
            int end = start + lengths[row];
            var (loss, count) = trainer.Evaluate(
                new PackedBatch(packed.Tokens[start..end], packed.IsLearned[start..end], [0]));
            separate += loss;
            learned += count;
        }

        var (packedLoss, packedLearned) = trainer.Evaluate(packed);

        packedLearned.ShouldBe(learned);
        // Every token's numbers are the same to the bit; only the doubles are summed in another order.
        packedLoss.ShouldBe(separate, 1e-12 * separate);
    }

    [Fact]
    public void Evaluate_EqualsForwardBackward()
    {
        var config = TinyDecoder.Config();
        using var pool = new ComputePool(2);
        using var trainer = DecoderTrainer.ForFullParameters(TinyDecoder.Weights(config, 5), pool, 64);
        var batch = TinyDecoder.Batch(config, 6, 30, 30);

        trainer.Evaluate(batch).ShouldBe(trainer.ForwardBackward(batch, 1));
    }

    [Fact]
    public void ForwardBackward_AllocatesOnlyItsClosures_OnceWarm()
    {
        var config = TinyDecoder.Config(headNorm: true) with { VocabularySize = 20_000 };
        using var pool = new ComputePool(1);
        using var trainer = DecoderTrainer.ForFullParameters(TinyDecoder.Weights(config, 5), pool, 256);
        var batch = TinyDecoder.Batch(config, 6, 200, 56);
        trainer.ForwardBackward(batch, 1);

        long before = GC.GetAllocatedBytesForCurrentThread();
        trainer.ForwardBackward(batch, 1);

        // One closure for each kernel; a single buffer of this batch's logits would be 20 MB.
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(64_000);
    }

    [Fact]
    public void Evaluate_NeverLearnsTheFirstTokenOfARow()
    {
        var config = TinyDecoder.Config();
        using var pool = new ComputePool(1);
        using var trainer = DecoderTrainer.ForFullParameters(TinyDecoder.Weights(config, 5), pool, 8);
        var batch = new PackedBatch([1, 2, 3, 4, 5], [true, true, true, true, true], [0, 1, 3]);

        trainer.Evaluate(batch).LearnedTokens.ShouldBe(2);
    }

    [Fact]
    public void ADistributionOfOneToken_TeachesAsTheTokenDoes()
    {
        var config = TinyDecoder.Config();
        using var pool = new ComputePool(1);
        using var hard = DecoderTrainer.ForFullParameters(TinyDecoder.Weights(config, 5), pool, 64);
        using var soft = DecoderTrainer.ForFullParameters(TinyDecoder.Weights(config, 5), pool, 64);
        PackedBatch batch = TinyDecoder.Batch(config, 6, 20, 11);

        hard.ForwardBackward(batch, 1);
        soft.ForwardBackward(
            batch with { Distributions = [.. batch.Tokens.Select(t => new TokenDistribution([t], [1]))] }, 1);

        foreach ((TrainableTensor one, TrainableTensor other) in hard.Parameters.Zip(soft.Parameters))
            other.Gradient.ShouldBe(one.Gradient, one.Name);
    }

    [Fact]
    public void WhatTheModelPredictsItself_TeachesItNothing()
    {
        var config = TinyDecoder.Config();
        using var pool = new ComputePool(1);
        using var trainer = DecoderTrainer.ForFullParameters(TinyDecoder.Weights(config, 5), pool, 64);
        PackedBatch batch = TinyDecoder.Batch(config, 6, 20, 11);
        var predicted = new Queue<TokenDistribution>(trainer.Predict(batch, config.VocabularySize));

        trainer.ForwardBackward(
            batch with
            {
                Distributions =
                [
                    .. batch.IsLearned.Select((isLearned, i) =>
                        isLearned && !batch.SequenceStarts.Contains(i) ? predicted.Dequeue() : null),
                ],
            },
            1);

        // Sums of some thirty probabilities, each good to 1e-7, through a few layers.
        predicted.ShouldBeEmpty();
        trainer.Parameters.ShouldAllBe(p => p.Gradient.All(g => Math.Abs(g) < 1e-4f));
    }

    [Fact]
    public void ForwardBackward_LeavesGradientsAlone_WhenNothingIsLearned()
    {
        var config = TinyDecoder.Config();
        using var pool = new ComputePool(1);
        using var trainer = DecoderTrainer.ForFullParameters(TinyDecoder.Weights(config, 5), pool, 8);

        trainer.ForwardBackward(new PackedBatch([1, 2], [true, false], [0]), 1).ShouldBe((0.0, 0));

        trainer.Parameters.ShouldAllBe(p => p.Gradient.All(g => g == 0));
    }

    [Fact]
    public void Logits_EqualTheReferenceDecoder()
    {
        var config = TinyDecoder.Config(bias: true, headNorm: true, tied: false);
        var weights = TinyDecoder.Weights(config, 5);
        using var pool = new ComputePool(2);
        using var trainer = DecoderTrainer.ForFullParameters(weights, pool, 64);
        var batch = TinyDecoder.Batch(config, 6, 20, 41);
        float[] logits = new float[61 * config.VocabularySize];

        trainer.Logits(batch, logits);

        double[][] expected = new ReferenceDecoder(weights).Logits(batch.Tokens[20..]);
        for (int t = 0; t < 41; t++)
            for (int v = 0; v < config.VocabularySize; v++)
                ((double)logits[((20 + t) * config.VocabularySize) + v]).ShouldBe(expected[t][v], 2e-5);
    }

    [Fact]
    public void Training_LearnsABatchByHeart_WithAllParametersAndWithAnAdapter()
    {
        foreach (bool lora in (bool[])[false, true])
        {
            var config = TinyDecoder.Config();
            var batch = TinyDecoder.Batch(config, 6, 12, 12);
            using var pool = new ComputePool(2);
            using var trainer = Trainer(lora, config, pool, 24);
            var optimizer = new AdamW(trainer.Parameters, new AdamWOptions { WeightDecay = 0 });
            double first = trainer.Evaluate(batch).LossSum;
            for (int step = 0; step < 150; step++)
            {
                trainer.ForwardBackward(batch, 1f / 16);
                optimizer.Step(2e-2, gradientNormMax: 1);
            }

            trainer.Evaluate(batch).LossSum.ShouldBeLessThan(0.05 * first);
        }
    }

    [Fact]
    public void ForLora_StartsAtTheBaseModel_AndLeavesItAlone()
    {
        var config = TinyDecoder.Config();
        var weights = TinyDecoder.Weights(config, 5);
        float[] before = [.. weights.Layers[1].Linear[2]];
        var batch = TinyDecoder.Batch(config, 6, 30);
        using var pool = new ComputePool(2);
        using var full = DecoderTrainer.ForFullParameters(weights, pool, 32);
        using var trainer = DecoderTrainer.ForLora(weights, AllLinears, seed: 3, pool, 32);
        trainer.Evaluate(batch).ShouldBe(full.Evaluate(batch));

        var optimizer = new AdamW(trainer.Parameters, new AdamWOptions());
        trainer.ForwardBackward(batch, 1);
        optimizer.Step(1e-2, 1);

        trainer.Evaluate(batch).LossSum.ShouldBeLessThan(full.Evaluate(batch).LossSum);
        weights.Layers[1].Linear[2].ShouldBe(before);
    }

    [Fact]
    public void ForLora_DrawsFirstFactorsFromTheSeed()
    {
        var config = TinyDecoder.Config();
        var weights = TinyDecoder.Weights(config, 5);
        using var pool = new ComputePool(1);
        using var one = DecoderTrainer.ForLora(weights, AllLinears, 1, pool, 8);
        using var again = DecoderTrainer.ForLora(weights, AllLinears with { Targets = [LinearKind.Down] }, 1, pool, 8);
        using var other = DecoderTrainer.ForLora(weights, AllLinears, 2, pool, 8);
        float[] A(DecoderTrainer trainer) => trainer.ToAdapter().Matrices[(1, LinearKind.Down)].A;

        A(again).ShouldBe(A(one));
        A(other).ShouldNotBe(A(one));
        double bound = 1 / Math.Sqrt(config.IntermediateSize);
        A(one).Max().ShouldBeInRange((float)(0.8 * bound), (float)bound);
        A(one).Min().ShouldBeInRange((float)-bound, (float)(-0.8 * bound));
    }

    [Fact]
    public void ToAdapter_IsACopyOfTheTargets()
    {
        var config = TinyDecoder.Config();
        using var pool = new ComputePool(1);
        using var trainer = DecoderTrainer.ForLora(
            TinyDecoder.Weights(config, 5), new LoraSettings(2, 6, [LinearKind.Up]), 1, pool, 8);

        var adapter = trainer.ToAdapter();
        trainer.Parameters[0].Value[0] += 1;

        adapter.Scaling.ShouldBe(3);
        adapter.Matrices.Keys.ShouldBe([(0, LinearKind.Up), (1, LinearKind.Up)]);
        adapter.Matrices[(0, LinearKind.Up)].A[0].ShouldBe(trainer.Parameters[0].Value[0] - 1, 1e-6f);
        adapter.Matrices[(0, LinearKind.Up)].B.Length.ShouldBe(2 * config.IntermediateSize);
    }

    [Fact]
    public void ToAdapter_Throws_WhenAllParametersAreTrained()
    {
        using var pool = new ComputePool(1);
        using var trainer = DecoderTrainer.ForFullParameters(TinyDecoder.Weights(TinyDecoder.Config(), 5), pool, 8);

        Should.Throw<InvalidOperationException>(trainer.ToAdapter);
    }

    [Fact]
    public void Evaluate_NamesTheFault_WhenTheBatchIsMalformed()
    {
        var config = TinyDecoder.Config() with { ContextLength = 6 };
        using var pool = new ComputePool(1);
        using var trainer = DecoderTrainer.ForFullParameters(TinyDecoder.Weights(config, 5), pool, 8);
        string Fault(int[] tokens, int[] starts) => Should.Throw<ArgumentException>(
            () => trainer.Evaluate(new PackedBatch(tokens, new bool[tokens.Length], starts))).Message;

        Fault(new int[9], [0, 5]).ShouldContain("capacity is 8");
        Fault(new int[7], [0]).ShouldContain("context of 6");
        Fault([1, 37], [0]).ShouldContain("Token 37");
        Fault([1, -1], [0]).ShouldContain("Token -1");
        Fault([1, 2], [0, 2]).ShouldContain("Row 1");
        Fault([1, 2], [1]).ShouldContain("begin with 0");
    }

    [Fact]
    public void Evaluate_Throws_AfterDispose()
    {
        var config = TinyDecoder.Config();
        using var pool = new ComputePool(1);
        var trainer = DecoderTrainer.ForFullParameters(TinyDecoder.Weights(config, 5), pool, 8);
        trainer.Dispose();

        Should.Throw<ObjectDisposedException>(() => trainer.Evaluate(TinyDecoder.Batch(config, 6, 4)));
    }

    private static DecoderTrainer Trainer(bool lora, DecoderConfig config, ComputePool pool, int capacity)
    {
        var weights = TinyDecoder.Weights(config, 5);
        return lora
            ? DecoderTrainer.ForLora(weights, AllLinears, seed: 3, pool, capacity)
            : DecoderTrainer.ForFullParameters(weights, pool, capacity);
    }

    private static float[][] ValuesAfterTraining(bool lora, int threads)
    {
        var config = TinyDecoder.Config(bias: true, headNorm: true);
        using var pool = new ComputePool(threads);
        using var trainer = Trainer(lora, config, pool, 512);
        var optimizer = new AdamW(trainer.Parameters, new AdamWOptions(), pool);
        for (int step = 0; step < 3; step++)
        {
            var batch = TinyDecoder.Batch(config, (ulong)step, 200, 33, 7, 111, 90);
            trainer.ForwardBackward(batch, 0.01f);
            optimizer.Step(1e-2, gradientNormMax: 0.5);
        }
        return [.. trainer.Parameters.Select(p => p.Value)];
    }
}
