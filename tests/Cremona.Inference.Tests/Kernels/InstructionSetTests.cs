using Cremona.Inference.Kernels;

namespace Cremona.Inference.Tests.Kernels;

public class InstructionSetTests
{
    [Fact]
    public void Choose_TakesTheBest_WhenNothingIsForced()
    {
        InstructionSet.Choose(null).Level.ShouldBe(InstructionSet.Best);
        InstructionSet.Choose(" ").ShouldBe(InstructionSet.Choose(null));
    }

    [Fact]
    public void Choose_TakesTheForcedSet_WhenTheMachineHasIt() =>
        InstructionSet.Choose("scalar").ShouldBe((SimdLevel.Scalar, ByteDotSet.Scalar));

    [Fact]
    public void Choose_LeavesTheLowerSetItsOwnByteProducts()
    {
        Assert.SkipWhen(InstructionSet.Best < SimdLevel.Avx2, "This machine has no AVX2.");
        InstructionSet.Choose("avx2").ShouldBe((SimdLevel.Avx2, ByteDotSet.Avx2));
    }

    [Fact]
    public void Choose_TakesFloatsOfAvx2_WhenAvxVnniIsForced()
    {
        Assert.SkipUnless(
            InstructionSet.SupportedByteDots.Contains(ByteDotSet.AvxVnni), "This machine has no AVX-VNNI.");
        InstructionSet.Choose("avxvnni").ShouldBe((SimdLevel.Avx2, ByteDotSet.AvxVnni));
    }

    [Fact]
    public void Choose_FallsBackToTheBest_WhenTheForcedSetIsMissing() =>
        InstructionSet.Choose("AVX512").Level.ShouldBe(InstructionSet.Best);

    [Theory]
    [InlineData("sse9")]
    [InlineData("7")]
    [InlineData("1")]
    [InlineData("avx2,vector128")]
    public void Choose_Throws_WhenTheWordIsUnknown(string word) =>
        Should.Throw<InvalidOperationException>(() => InstructionSet.Choose(word)).Message.ShouldContain(word);
}
