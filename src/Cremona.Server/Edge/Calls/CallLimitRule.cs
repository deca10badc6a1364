namespace Cremona.Server.Edge.Calls;

/// <summary>Limits of the calls that it matches; the first rule that matches decides.</summary>
public sealed class CallLimitRule
{
    /// <summary>A GroupId; empty matches every group.</summary>
    public string Group { get; set; } = "";

    /// <summary>For example <c>chatcompletion_pro</c>; empty matches every interface.</summary>
    public string Interface { get; set; } = "";

    /// <summary>A model name as it is asked for; empty matches every model.</summary>
    public string Model { get; set; } = "";

    public long RequestsPerMinute { get; set; }

    public long TokensPerMinute { get; set; }

    internal bool Matches(string group, string operation, string model) =>
        IsOrIsAny(Group, group) && IsOrIsAny(Interface, operation) && IsOrIsAny(Model, model);

    private static bool IsOrIsAny(string pattern, string value) => pattern.Length == 0 || pattern == value;
}
