using System.CommandLine;

namespace Cremona.Cli.CommandLine;

/// <summary>Ends a child with its parent, even when the parent is killed and can say nothing: the parent holds the
/// other end of the child's standard input, and the kernel closes it.</summary>
internal static class ParentWatch
{
    public static Option<bool> CreateOption() => new("--exit-with-parent")
    {
        Description = "Stop when standard input ends, as it does when the process that started this one is gone",
    };

    public static void Start(Action stop)
    {
        Stream input = Console.OpenStandardInput();
        _ = Task.Run(async () =>
        {
            byte[] buffer = new byte[256];
            while (await input.ReadAsync(buffer) > 0)
            {
                // Nothing is said on this line; only its end matters.
            }

            stop();
        });
    }
}
