using System.CommandLine;
using Cremona.Cli.Client;
using Cremona.Server.Edge;

namespace Cremona.Cli.CommandLine;

/// <summary>How a command reaches its server: options first, then the environment, then the default.</summary>
public sealed class ConnectionOptions
{
    public const string UrlVariable = "CREMONA_URL";
    public const string KeyVariable = "CREMONA_KEY";
    public const string DefaultUrl = EdgeOptions.DefaultUrl;

    /// <summary>A server in open mode asks for a token and accepts any.</summary>
    internal const string OpenModeKey = "open";

    private readonly Option<string?> _url = new("--url")
    {
        Description = $"Address of the server. Default: ${UrlVariable}, else {DefaultUrl}",
    };

    private readonly Option<string?> _key = new("--key")
    {
        Description = $"Key to send. Default: ${KeyVariable}; a server in open mode needs none",
    };

    public void AddTo(Command command)
    {
        command.Add(_url);
        command.Add(_key);
    }

    /// <exception cref="CommandException">The address is not an http or https URL.</exception>
    public CremonaClient Connect(ParseResult line, Terminal terminal)
    {
        string address = FirstOf(line.GetValue(_url), terminal.FindVariable(UrlVariable)) ?? DefaultUrl;
        string key = FirstOf(line.GetValue(_key), terminal.FindVariable(KeyVariable)) ?? OpenModeKey;
        bool isHttp = Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https";
        return isHttp
            ? new CremonaClient(uri!, key)
            : throw new CommandException(
                $"--url {address}: not an http address; give one like {DefaultUrl}, or set {UrlVariable}");
    }

    private static string? FirstOf(string? first, string? second) =>
        string.IsNullOrWhiteSpace(first) ? (string.IsNullOrWhiteSpace(second) ? null : second) : first;
}
