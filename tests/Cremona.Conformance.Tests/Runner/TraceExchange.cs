namespace Cremona.Conformance.Tests.Runner;

/// <summary>One request of a trace and the answer it must get.</summary>
/// <param name="Name">What it shows, for failure messages.</param>
/// <param name="Request">Sent.</param>
/// <param name="Answer">Expected; masks allowed in headers and body.</param>
public sealed record TraceExchange(string Name, TraceMessage Request, TraceMessage Answer);
