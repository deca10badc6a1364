using System.Globalization;

namespace Cremona.Training.Corpus.Skills;

/// <summary>Sums, differences, products and comparisons of numbers up to 100, numbers in order, and dates.</summary>
internal static class NumberScenes
{
    private const int LimitMax = 100;

    public static void Write(Scene scene)
    {
        int count = scene.Random.Between(2, 6);
        for (int i = 0; i < count; i++)
        {
            switch (scene.Random.Next(100))
            {
                case < 45:
                    Compute(scene);
                    break;
                case < 65:
                    ComputeMany(scene);
                    break;
                case < 85:
                    Compare(scene, scene.Random.Percent(50) ? "larger" : "smaller");
                    break;
                case < 92:
                    Sort(scene);
                    break;
                default:
                    CompareDates(scene);
                    break;
            }
        }
    }

    private static void Compute(Scene scene)
    {
        (string task, int result) = NewTask(scene);
        scene.User(scene.Say("math.ask", ("x", WordPair.Same(task))));
        scene.Bot(scene.Say("math.tell", ("x", WordPair.Same(task)), ("y", Text(result))), Skill.Arithmetic,
            [result.ToString(CultureInfo.InvariantCulture)]);
    }

    // Many tasks at once: much practice in few words.
    private static void ComputeMany(Scene scene)
    {
        (string Task, int Result)[] tasks =
            [.. Enumerable.Range(0, scene.Random.Between(3, 10)).Select(_ => NewTask(scene))];
        string separator = scene.Random.Percent(50) ? "\n" : ", ";
        scene.User(scene.Say("math.many.ask", ("x", WordPair.Same(string.Join(separator, tasks.Select(t => t.Task))))));
        scene.Bot(string.Join(separator, tasks.Select(t => $"{t.Task}={t.Result.ToString(CultureInfo.InvariantCulture)}")));
    }

    private static (string Task, int Result) NewTask(Scene scene)
    {
        int limit = scene.Random.Percent(25) ? 10 : LimitMax;
        int a = scene.Random.Between(0, limit);
        int b = scene.Random.Between(0, limit);
        if (a + b > limit && scene.Random.Percent(80)) (a, b) = (a / 2, b / 2);
        return scene.Random.Next(11) switch
        {
            < 5 => ($"{a}+{b}", a + b),
            < 10 => ($"{a + b}-{b}", a),
            _ => ($"{(a % 9) + 1}×{(b % 9) + 1}", ((a % 9) + 1) * ((b % 9) + 1)),
        };
    }

    private static void Compare(Scene scene, string key)
    {
        int limit = scene.Random.Percent(75) ? LimitMax : 1000;
        int a = scene.Random.Between(1, limit);
        int b = scene.Random.Between(1, limit);
        if (a == b) b++;
        int answer = key == "larger" ? Math.Max(a, b) : Math.Min(a, b);
        scene.User(scene.Say(key + ".ask", ("x", Text(a)), ("y", Text(b))));
        scene.Bot(scene.Say(key + ".tell", ("z", Text(answer))), Skill.Arithmetic,
            [answer.ToString(CultureInfo.InvariantCulture)], (a + b - answer).ToString(CultureInfo.InvariantCulture));
    }

    private static void Sort(Scene scene)
    {
        bool isUp = scene.Random.Percent(70);
        int count = scene.Random.Between(3, 5);
        int[] numbers = [.. Enumerable.Range(0, count).Select(_ => scene.Random.Between(1, LimitMax))];
        string question = isUp ? "sort.ask" : "sort.down.ask";
        scene.User(scene.Say(question, ("t", WordPair.Same(string.Join(", ", numbers)))));
        scene.Bot(string.Join(", ", isUp ? numbers.Order() : numbers.OrderDescending()));
    }

    private static void CompareDates(Scene scene)
    {
        (int Month, int Day)[] days = [NewDay(scene), NewDay(scene)];
        if (days[0] == days[1]) days[1] = (days[1].Month, days[1].Day + 1);
        WordPair[] names = [.. days.Select(d => FactMaker.DayName(d.Month, d.Day))];
        bool asksEarlier = scene.Random.Percent(60);
        int right = days[0].CompareTo(days[1]) < 0 == asksEarlier ? 0 : 1;
        string key = asksEarlier ? "earlier" : "later";
        scene.User(scene.Say(key + ".ask", ("x", names[0]), ("y", names[1])));
        scene.Bot(scene.Say(key + ".tell", ("z", names[right])));
    }

    private static (int Month, int Day) NewDay(Scene scene) => (scene.Random.Next(12), scene.Random.Between(1, 27));

    private static WordPair Text(int number) => WordPair.Same(number.ToString(CultureInfo.InvariantCulture));
}
