using Cremona.Cli.Demo;

namespace Cremona.Cli.Tests;

public class DemoRecipeTests
{
    [Fact]
    public void Self_IsWordsOfTheirOwn_ForAShell()
    {
        string[] words = DemoRecipe.Self("/usr/bin/dotnet").Split(' ', 2);
        words[0].ShouldBe("/usr/bin/dotnet");
        words[1].Trim('\'').ShouldBe(typeof(DemoRecipe).Assembly.Location);

        DemoRecipe.Self("/opt/my tools/cremona").ShouldBe("'/opt/my tools/cremona'");
    }
}
