using System.Diagnostics;

namespace Cremona.Inference.Grammar;

/// <summary>The time that the compilation of a grammar may take, and the caller's wish to end it. Looked at in the
/// small steps of which all compilation consists. What derives from a compiled grammar later is not bound by
/// it.</summary>
public sealed class CompileBudget
{
    private const int StepsBetweenLooks = 256;

    [ThreadStatic]
    private static CompileBudget? _current;

    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly TimeSpan _limit;
    private readonly CancellationToken _cancellationToken;
    private int _steps;

    private CompileBudget(TimeSpan limit, CancellationToken cancellationToken)
    {
        _limit = limit;
        _cancellationToken = cancellationToken;
    }

    /// <summary>Compiles a grammar, of any kind, on this thread; the caller may end it. All that is compiled meanwhile
    /// shares the time.</summary>
    /// <exception cref="GrammarException">It takes more than 5 seconds.</exception>
    /// <exception cref="OperationCanceledException">The caller has ended it.</exception>
    public static T Run<T>(Func<T> compile, CancellationToken cancellationToken) =>
        Run(compile, GrammarLimits.CompileTime, cancellationToken);

    internal static T Run<T>(Func<T> compile, TimeSpan limit, CancellationToken cancellationToken)
    {
        CompileBudget? outer = _current;
        _current = new CompileBudget(limit, cancellationToken);
        try
        {
            return compile();
        }
        finally
        {
            _current = outer;
        }
    }

    /// <summary>That of the surrounding <see cref="Run{T}(Func{T}, CancellationToken)"/>; where there is none, one that
    /// begins now.</summary>
    internal static CompileBudget Current() =>
        _current ?? new CompileBudget(GrammarLimits.CompileTime, CancellationToken.None);

    /// <summary>Counts one step.</summary>
    internal void Spend()
    {
        if (++_steps % StepsBetweenLooks != 0) return;
        _cancellationToken.ThrowIfCancellationRequested();
        if (Stopwatch.GetElapsedTime(_start) > _limit)
            throw new GrammarException("", $"the grammar takes more than {_limit.TotalSeconds} seconds to compile; simplify it");
    }
}
