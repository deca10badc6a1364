namespace Cremona.Server.Chat;

/// <summary>What stands in every answer and event of one request.</summary>
/// <param name="Id">32 hex digits, equal to the <c>Trace-Id</c> header.</param>
/// <param name="Created">Unix time in seconds.</param>
/// <param name="Model">The name as asked for; empty when none was.</param>
internal sealed record ChatHeading(string Id, long Created, string Model);
