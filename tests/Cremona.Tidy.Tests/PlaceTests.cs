namespace Cremona.Tidy.Tests;

public class PlaceTests
{
    [Fact]
    public void X() => 1.ShouldBe(1);
}
