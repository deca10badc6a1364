using System.Globalization;
using System.Text;
using Cremona.Server.Tests;

namespace Cremona.Conformance.Tests.Runner;

/// <summary>Plays a trace file against a server: every answer must equal the trace in status, listed headers and whole
/// body, but for its masks.</summary>
public static class TraceRunner
{
    /// <summary>The traces of a room, for a theory: file names without folder.</summary>
    public static TheoryData<string> List(string room) =>
        [.. Directory.GetFiles(FolderOf(room), "*.trace").Select(path => Path.GetFileName(path)!).Order()];

    /// <param name="room">Folder below Traces.</param>
    /// <param name="file">The trace.</param>
    /// <param name="server">Where to play it.</param>
    /// <param name="known">Values of masks; <c>origin</c> (the server's URL without the last slash) is always
    /// known.</param>
    public static async Task PlayAsync(
        string room, string file, ServerFixture server, params (string Name, string Value)[] known)
    {
        var values = known.ToDictionary(pair => pair.Name, pair => pair.Value);
        values["origin"] = server.Url.ToString().TrimEnd('/');
        var masks = new TraceMasks(values);
        using HttpClient client = server.CreateClient(null);
        foreach (TraceExchange exchange in TraceFile.Read(Path.Combine(FolderOf(room), file)))
        {
            await PlayAsync($"{room}/{file}, {exchange.Name}", exchange, client, masks);
        }
    }

    private static async Task PlayAsync(string where, TraceExchange exchange, HttpClient client, TraceMasks masks)
    {
        using HttpRequestMessage request = CreateRequest(exchange.Request, masks);
        using HttpResponseMessage answer = await client.SendAsync(request);
        string body = await answer.Content.ReadAsStringAsync();

        masks.Match(
            $"{where}: status with body {body}", exchange.Answer.Head,
            ((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture));
        foreach ((string name, string expected) in exchange.Answer.Headers)
        {
            string actual = answer.Headers.TryGetValues(name, out IEnumerable<string>? values)
                || answer.Content.Headers.TryGetValues(name, out values)
                ? string.Join(", ", values)
                : "(absent)";
            masks.Match($"{where}: header {name}", expected, actual);
        }

        answer.Headers.Contains("Trace-Id").ShouldBeTrue(where);
        masks.Match($"{where}: body", exchange.Answer.Body, body);
    }

    private static HttpRequestMessage CreateRequest(TraceMessage message, TraceMasks masks)
    {
        string[] head = masks.Fill(message.Head).Split(' ', 2);
        var request = new HttpRequestMessage(HttpMethod.Parse(head[0]), new Uri(head[1], UriKind.Relative));
        string body = masks.Fill(message.Body);
        bool isForm = message.Headers.Any(header => header.Value.StartsWith("multipart/", StringComparison.Ordinal));
        if (body.Length > 0)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(
                isForm ? body.Replace("\n", "\r\n", StringComparison.Ordinal) : body));
        }

        foreach ((string name, string value) in message.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, masks.Fill(value)))
            {
                request.Content!.Headers.TryAddWithoutValidation(name, masks.Fill(value));
            }
        }

        return request;
    }

    private static string FolderOf(string room) => Path.Combine(AppContext.BaseDirectory, "Traces", room);
}
