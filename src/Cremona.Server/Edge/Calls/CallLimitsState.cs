namespace Cremona.Server.Edge.Calls;

/// <summary>How far a group is from its limits.</summary>
internal sealed record CallLimitsState(int CallsAtWork, IReadOnlyList<CallWindowState> Windows);
