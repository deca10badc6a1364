namespace Cremona.Conformance.Tests.Runner;

/// <summary>A request (<c>POST /path</c>) or an answer (<c>200</c>) as written in a trace.</summary>
/// <param name="Head">The first line.</param>
/// <param name="Headers">In order; of an answer only the listed ones are compared.</param>
/// <param name="Body">Exactly; empty when there is none.</param>
public sealed record TraceMessage(string Head, IReadOnlyList<KeyValuePair<string, string>> Headers, string Body);
