using Cremona.Inference.Kernels;

namespace Cremona.Inference.Tests.Kernels;

public class InstructionSetTests
{
    [Fact]
    public void Choose_TakesTheBest_WhenNothingIsForced()
    {
        InstructionSet.Choose(null).ShouldBe(InstructionSet.Best);
        InstructionSet.Choose(" ").ShouldBe(InstructionSet.Best);
    }

    [Fact]
    public void Choose_TakesTheForcedSet_WhenTheMachineHasIt() =>
        InstructionSet.Choose("scalar").ShouldBe(SimdLevel.Scalar);

    [Fact]
    public void Choose_FallsBackToTheBest_WhenTheForcedSetIsMissing() =>
        InstructionSet.Choose("AVX512").ShouldBe(InstructionSet.Best);

    [Theory]
    [InlineData("sse9")]
    [InlineData("7")]
    public void Choose_Throws_WhenTheWordIsUnknown(string word) =>
        Should.Throw<InvalidOperationException>(() => InstructionSet.Choose(word)).Message.ShouldContain(word);
}
