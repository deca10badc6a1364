namespace Cremona.Cli.Tests;

/// <summary>A request as the fake platform saw it.</summary>
internal sealed record FakeRequest(string Method, string Path, string Query, string Authorization, string Body);
