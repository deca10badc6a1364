using System.Globalization;

namespace Cremona.Training.Corpus.Skills;

/// <summary>Sums, differences, products and comparisons of small numbers.</summary>
internal static class NumberScenes
{
    public static void Write(Scene scene)
    {
        int count = scene.Random.Between(1, 3);
        for (int i = 0; i < count; i++)
        {
            if (scene.Random.Percent(60)) Compute(scene);
            else Compare(scene, scene.Random.Percent(50) ? "larger" : "smaller");
        }
    }

    private static void Compute(Scene scene)
    {
        int limit = scene.Random.Percent(60) ? 10 : 50;
        int a = scene.Random.Between(1, limit);
        int b = scene.Random.Between(1, limit);
        (string task, int result) = scene.Random.Next(5) switch
        {
            0 or 1 => ($"{a}+{b}", a + b),
            2 or 3 => ($"{a + b}-{b}", a),
            _ => ($"{a % 9 + 1}×{b % 9 + 1}", (a % 9 + 1) * (b % 9 + 1)),
        };
        scene.User(scene.Say("math.ask", ("x", WordPair.Same(task))));
        scene.Bot(scene.Say("math.tell", ("x", WordPair.Same(task)), ("y", Text(result))));
    }

    private static void Compare(Scene scene, string key)
    {
        int limit = scene.Random.Percent(50) ? 100 : 1000;
        int a = scene.Random.Between(1, limit);
        int b = scene.Random.Between(1, limit);
        if (a == b) b++;
        int answer = key == "larger" ? Math.Max(a, b) : Math.Min(a, b);
        scene.User(scene.Say(key + ".ask", ("x", Text(a)), ("y", Text(b))));
        scene.Bot(scene.Say(key + ".tell", ("z", Text(answer))));
    }

    private static WordPair Text(int number) => WordPair.Same(number.ToString(CultureInfo.InvariantCulture));
}
