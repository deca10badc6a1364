using System.ComponentModel.DataAnnotations;

namespace Cremona.Server.Edge.Calls;

/// <summary>Section <c>Ledger</c>: the rows of calls.</summary>
public sealed class LedgerOptions : IValidatableObject
{
    public const string Section = "Ledger";

    /// <summary>How long a row is kept; 0 keeps all. Balances do not change when rows go. Default 0, else 1 d to
    /// 36 500 d.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "36500.00:00:00")]
    public TimeSpan Retention { get; set; }

    /// <summary>Says what is wrong and how to mend it.</summary>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Retention > TimeSpan.Zero && Retention < TimeSpan.FromDays(1))
        {
            yield return new ValidationResult(
                $"Ledger:Retention is {Retention}; usage is told by the day, so give at least a day, or 0 to keep all.");
        }
    }
}
