namespace Cremona.Inference.Scheduling;

/// <summary>Decides how many prompt tokens a step may compute beside the sequences that generate, out of how long steps
/// took: prompts shall not make the others wait longer than a multiple of their usual time. Text that a grammar forces
/// counts as prompt, but for one token of a step. Decides the cut of both only, on which no result depends.</summary>
/// <remarks>Where steps are long, each keeps the bound. Where they are short, the bound holds over some steps: a step
/// with prompts has to read all that is known of them, so there it computes more at once, for at most a pause that
/// nobody sees, and the next steps make up for it.</remarks>
/// <param name="rowsMax">Sequences that generate at a time, at most.</param>
/// <param name="slowdownMax">Time of a step with prompts over that of one without, above 1.</param>
internal sealed class StepPace(int rowsMax, double slowdownMax)
{
    // Aimed at, so that a step that takes a little longer than the last still keeps the bound.
    private const double Margin = 0.9;
    private const double PauseSeconds = 0.02;

    // In pauses: a process that was stopped for a while does not let prompts wait as long again.
    private const double DebtMax = 10;

    // How much a new measurement of the usual time counts.
    private const double Weight = 0.4;

    // The usual time drifts with the length of the sequences, so it is measured again after so many steps.
    private const int StepsUnmeasuredMax = 32;
    private const int FirstPromptTokens = 8;
    private const int PromptTokensMax = 8192;

    // By sequences that generate; 0: not known. Beside it the step that measured it last.
    private readonly double[] _usualSeconds = new double[rowsMax + 1];
    private readonly long[] _measuredAt = new long[rowsMax + 1];
    private double _promptTokens = FirstPromptTokens;
    private double _debtSeconds;
    private long _steps; // in which sequences generated

    /// <param name="rows">Sequences that generate in the step.</param>
    /// <param name="max">What is taken when none does, at least 1.</param>
    /// <returns>0 to <paramref name="max"/>; 0 when a step without prompts has to come first.</returns>
    public int PromptTokens(int rows, int max)
    {
        if (rows == 0) return max;
        double usual = _usualSeconds[rows];
        bool isOld = _steps - _measuredAt[rows] >= StepsUnmeasuredMax;
        if (usual == 0 || isOld || _debtSeconds > Allowed(usual) / 4) return 0;
        return Math.Min((int)_promptTokens, max);
    }

    /// <summary>Notes what a step took.</summary>
    /// <param name="rows">Sequences that generated in it.</param>
    /// <param name="promptTokens">Prompt tokens that it computed.</param>
    /// <param name="seconds">Above 0.</param>
    public void Note(int rows, int promptTokens, double seconds)
    {
        if (rows == 0)
        {
            _debtSeconds = 0; // Nobody waited.
            return;
        }

        _steps++;
        ref double usual = ref _usualSeconds[rows];
        if (promptTokens == 0)
        {
            // What was measured before other numbers of sequences ran tells nothing of now.
            bool isStale = _steps - _measuredAt[rows] > StepsUnmeasuredMax + 1;
            usual = usual == 0 || isStale ? seconds : usual + (Weight * (seconds - usual));
            _measuredAt[rows] = _steps;
        }

        double allowed = Allowed(usual);
        double extra = promptTokens == 0 ? 0 : Math.Max(0, seconds - usual);
        double aim = Math.Max(allowed, PauseSeconds);
        _debtSeconds = Math.Clamp(_debtSeconds + extra - allowed, 0, DebtMax * aim);
        if (promptTokens == 0) return;

        bool isWhole = promptTokens >= (int)_promptTokens; // The end of a prompt tells nothing of a whole part.
        if (extra > aim) _promptTokens *= Math.Max(0.5, aim / extra);
        else if (isWhole) _promptTokens *= extra * 1.5 < aim ? 1.5 : aim / extra;
        _promptTokens = Math.Clamp(_promptTokens, 1, PromptTokensMax);
    }

    private double Allowed(double usual) => ((slowdownMax * Margin) - 1) * usual;
}
