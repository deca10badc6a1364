using Cremona.Inference.Templates;

namespace Cremona.Training.Data;

/// <summary>What a row says.</summary>
/// <param name="Turns">In order; at least one of the assistant's.</param>
/// <param name="Tools">The functions that are shown.</param>
internal sealed record TrainingDialogue(IReadOnlyList<ChatTurn> Turns, IReadOnlyList<ChatTool> Tools)
{
    /// <exception cref="TrainingRowException">A model of this template could not be shown the functions, or could not
    /// write an answer so.</exception>
    public void RequireForm(ToolCallForm? form)
    {
        if (form is null && (Tools.Count > 0 || Turns.Any(turn => turn.ToolCalls.Count > 0)))
        {
            throw new TrainingRowException(
                "the row has functions, and the model's chat template has no form for calls; leave them out or use another model");
        }

        foreach (ChatTurn turn in Turns.Where(turn => turn.ToolCalls.Count > 0))
        {
            if (form!.StandsAlone && turn.Content.Length > 0)
                throw new TrainingRowException("an answer has text and a call, and the model's chat template writes one of them; leave the text out");
            if (form.BetweenCalls is null && turn.ToolCalls.Count > 1)
                throw new TrainingRowException("an answer has several calls, and the model's chat template writes one; leave one");
        }
    }
}
