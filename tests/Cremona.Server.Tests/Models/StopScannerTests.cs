using Cremona.Server.Models;
using CsCheck;

namespace Cremona.Server.Tests.Models;

public class StopScannerTests
{
    [Fact]
    public void Text_EndsBeforeTheStopThatIsCompleteFirst_HoweverItIsCut() =>
        Gen.Select(Gen.String[Gen.Char["ab"], 0, 20], Gen.String[Gen.Char["ab"], 1, 4].Array[1, 3], Gen.Int[1, 4]).Sample(
            (text, stops, size) =>
            {
                int end = Enumerable.Range(0, text.Length + 1)
                    .SelectMany(length => stops
                        .Where(stop => text[..length].EndsWith(stop, StringComparison.Ordinal))
                        .Select(stop => length - stop.Length).Order().Take(1))
                    .Append(text.Length).First();
                var scanner = new StopScanner(stops);
                string seen = string.Concat(text.Chunk(size).Select(piece => scanner.Append(new string(piece))));
                bool isStopped = scanner.IsStopped;

                (seen + scanner.Flush()).ShouldBe(text[..end]);
                isStopped.ShouldBe(end < text.Length);
            });

    [Fact]
    public void Text_IsNotHeldBack_WhenNoStopCanBegin()
    {
        var scanner = new StopScanner(["END"]);

        scanner.Append("abcE").ShouldBe("abc");
        scanner.Append("Nx").ShouldBe("ENx");
        scanner.Flush().ShouldBe("");
    }
}
