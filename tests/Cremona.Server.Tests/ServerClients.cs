using System.Text;
using System.Text.Json;

namespace Cremona.Server.Tests;

/// <summary>Short forms of what most tests do.</summary>
public static class ServerClients
{
    /// <summary>Posts the text as it is and reads the answer as JSON.</summary>
    public static async Task<JsonElement> PostJsonAsync(this HttpClient client, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await client.PostAsync(new Uri(path, UriKind.Relative), content);
        return await answer.ReadJsonAsync();
    }

    public static async Task<JsonElement> GetJsonAsync(this HttpClient client, string path)
    {
        using HttpResponseMessage answer = await client.GetAsync(new Uri(path, UriKind.Relative));
        return await answer.ReadJsonAsync();
    }

    public static async Task<string> GetStringOfAnyStatusAsync(this HttpClient client, string path)
    {
        using HttpResponseMessage answer = await client.GetAsync(new Uri(path, UriKind.Relative));
        return await answer.Content.ReadAsStringAsync();
    }

    public static async Task<JsonElement> ReadJsonAsync(this HttpResponseMessage answer)
    {
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return document.RootElement.Clone();
    }

    public static int StatusCode(this JsonElement body) =>
        body.GetProperty("base_resp").GetProperty("status_code").GetInt32();

    public static string StatusMessage(this JsonElement body) =>
        body.GetProperty("base_resp").GetProperty("status_msg").GetString()!;
}
