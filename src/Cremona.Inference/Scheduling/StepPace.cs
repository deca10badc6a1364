namespace Cremona.Inference.Scheduling;

/// <summary>Decides how many prompt tokens a step may compute beside the sequences that generate, out of how long steps
/// took: a prompt shall not make the others wait longer than a multiple of their usual time. Decides the cut of prompts
/// only, on which no result depends.</summary>
/// <param name="rowsMax">Sequences that generate at a time, at most.</param>
/// <param name="slowdownMax">Time of a step with prompts over that of one without, above 1.</param>
internal sealed class StepPace(int rowsMax, double slowdownMax)
{
    // Aimed at, so that a step that takes a little longer than the last still keeps the bound.
    private const double Margin = 0.9;

    // How much a new measurement counts.
    private const double Weight = 0.4;

    // The usual time drifts with the length of the sequences, so it is measured again after so many steps.
    private const int MixedStepsMax = 32;
    private const int FirstPromptTokens = 8;

    private readonly double[] _usualSeconds = new double[rowsMax + 1]; // by sequences that generate; 0: not known
    private double _promptTokenSeconds; // what a prompt token adds to a step; 0: not known
    private int _mixedSteps;

    /// <param name="rows">Sequences that generate in the step.</param>
    /// <param name="max">What is taken when none does, at least 1.</param>
    /// <returns>0 to <paramref name="max"/>; 0 when a step without prompts has to be measured first.</returns>
    public int PromptTokens(int rows, int max)
    {
        if (rows == 0) return max;
        double usual = _usualSeconds[rows];
        if (usual == 0 || _mixedSteps >= MixedStepsMax) return 0;
        if (_promptTokenSeconds == 0) return Math.Min(FirstPromptTokens, max);
        double tokens = ((slowdownMax * Margin) - 1) * usual / _promptTokenSeconds;
        return (int)Math.Clamp(tokens, 1, max);
    }

    /// <summary>Notes what a step took.</summary>
    /// <param name="rows">Sequences that generated in it.</param>
    /// <param name="promptTokens">Prompt tokens that it computed.</param>
    /// <param name="seconds">Above 0.</param>
    public void Note(int rows, int promptTokens, double seconds)
    {
        if (promptTokens == 0)
        {
            _mixedSteps = 0;
            Learn(ref _usualSeconds[rows], seconds);
        }
        else if (rows > 0)
        {
            _mixedSteps++;
            Learn(ref _promptTokenSeconds, Math.Max(seconds - _usualSeconds[rows], seconds / 1000) / promptTokens);
        }
    }

    private static void Learn(ref double known, double measured) =>
        known = known == 0 ? measured : known + (Weight * (measured - known));
}
