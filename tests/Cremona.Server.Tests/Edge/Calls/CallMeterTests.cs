using Cremona.Server.Edge.Calls;

namespace Cremona.Server.Tests.Edge.Calls;

public sealed class CallMeterTests
{
    [Fact]
    public void Estimate_StandsUntilTheCountIsTold_AndNeverReplacesIt()
    {
        var meter = new CallMeter(TimeProvider.System);

        meter.EstimateInput(30);
        meter.InputTokens.ShouldBe(30);

        meter.CountInput(11);
        meter.EstimateInput(30);
        meter.InputTokens.ShouldBe(11);
    }
}
