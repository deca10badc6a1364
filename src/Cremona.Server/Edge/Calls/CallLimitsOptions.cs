using System.ComponentModel.DataAnnotations;

namespace Cremona.Server.Edge.Calls;

/// <summary>Section <c>CallLimits</c>: how much a group may ask of the models. The limits per minute
/// hold for all processes on one store together, calls at once for each process.</summary>
public sealed class CallLimitsOptions : IValidatableObject
{
    public const string Section = "CallLimits";

    /// <summary>Calls per minute of one group, interface and model; one more is answered 1002. Default 6000, range 1 to
    /// 1 000 000 000.</summary>
    [Range(1, 1_000_000_000)]
    public long RequestsPerMinute { get; set; } = 6000;

    /// <summary>Tokens per minute, input and output, of one group, interface and model; more are answered 1039. The
    /// output that a request allows is reserved when it comes and settled when it ends. Default 20 000 000, range 1 to
    /// 1 000 000 000 000.</summary>
    [Range(1, 1_000_000_000_000)]
    public long TokensPerMinute { get; set; } = 20_000_000;

    /// <summary>Calls of one group at work at once; one more is answered 1041. Default 128, range 1 to
    /// 100 000.</summary>
    [Range(1, 100_000)]
    public int ConcurrentCallsMax { get; set; } = 128;

    /// <summary>Other limits for some calls: <c>Group</c>, <c>Interface</c> and <c>Model</c> (empty: any) with
    /// <c>RequestsPerMinute</c> and <c>TokensPerMinute</c>; the first rule that matches decides. Default:
    /// none.</summary>
    public IList<CallLimitRule> Rules { get; set; } = [];

    /// <summary>Says which rule is wrong and how to mend it.</summary>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        from rule in Rules.Select((rule, index) => (Value: rule, Index: index))
        where rule.Value.RequestsPerMinute < 1 || rule.Value.TokensPerMinute < 1
        select new ValidationResult(
            $"CallLimits:Rules:{rule.Index} allows {rule.Value.RequestsPerMinute} requests and "
            + $"{rule.Value.TokensPerMinute} tokens per minute; give both at least 1.");
}
