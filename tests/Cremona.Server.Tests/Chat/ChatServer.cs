using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Cremona.Server.Models;
using Cremona.Server.Tests.Models;
using Microsoft.Extensions.DependencyInjection;

namespace Cremona.Server.Tests.Chat;

/// <summary>The real server with a scripted model behind the name <c>nano</c> and its aliases.</summary>
public static partial class ChatServer
{
    public static Task<ServerFixture> StartAsync(ScriptedModel model, params string[] settings) =>
        ServerFixture.StartAsync(null, services => services.AddSingleton<IModelReader>(model), settings);

    /// <summary>The whole answer as text, ids and times replaced.</summary>
    public static async Task<string> PostTextAsync(this HttpClient client, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await client.PostAsync(new Uri(path, UriKind.Relative), content);
        string text = await answer.Content.ReadAsStringAsync();
        string trace = answer.Headers.GetValues("Trace-Id").Single();
        return Created().Replace(text.Replace(trace, "TRACE", StringComparison.Ordinal), "\"created\":NOW");
    }

    /// <summary>The events of a stream whose separator is two line breaks, without <c>[DONE]</c>.</summary>
    public static async Task<JsonElement[]> PostStreamAsync(this HttpClient client, string path, string body)
    {
        string text = await client.PostTextAsync(path, body);
        return
        [
            .. text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(line => line["data: ".Length..])
                .Where(line => line != "[DONE]").Select(line => JsonSerializer.Deserialize<JsonElement>(
                    line.Replace("NOW", "0", StringComparison.Ordinal))),
        ];
    }

    [GeneratedRegex("\"created\":1[0-9]{9}")]
    private static partial Regex Created();
}
