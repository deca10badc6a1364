using System.Globalization;
using System.Text;
using Cremona.Training;

namespace Cremona.Server.FineTuning;

/// <summary>The result file of a job: CSV, one row for each step, six decimals, <c>\n</c> line ends.</summary>
public static class LossTable
{
    /// <summary>Between two measurements the validation loss stands as last measured; without a validation file it is
    /// 0.</summary>
    public static byte[] Write(IEnumerable<TrainingStep> steps)
    {
        StringBuilder table = new("iter,train_loss,valid_loss\n");
        double validationLoss = 0;
        foreach (TrainingStep step in steps)
        {
            validationLoss = step.ValidationLoss ?? validationLoss;
            table.Append(CultureInfo.InvariantCulture, $"{step.Step},{step.TrainLoss:F6},{validationLoss:F6}\n");
        }

        return Encoding.UTF8.GetBytes(table.ToString());
    }
}
