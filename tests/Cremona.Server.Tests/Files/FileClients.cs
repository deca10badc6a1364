using System.Text;
using System.Text.Json;

namespace Cremona.Server.Tests.Files;

/// <summary>Uploads as clients send them.</summary>
public static class FileClients
{
    public static async Task<long> UploadAsync(
        this HttpClient client, string content, string fileName = "rows.jsonl", string purpose = "fine-tune")
    {
        JsonElement body = await client.TryUploadAsync(Encoding.UTF8.GetBytes(content), fileName, purpose);
        body.StatusCode().ShouldBe(0, body.GetRawText());
        return body.GetProperty("file").GetProperty("file_id").GetInt64();
    }

    public static async Task<JsonElement> TryUploadAsync(
        this HttpClient client, byte[] content, string fileName, string? purpose, bool isPurposeLast = false)
    {
        using var form = new MultipartFormDataContent();
        if (purpose is not null && !isPurposeLast)
        {
            form.Add(new StringContent(purpose), "purpose");
        }

        form.Add(new ByteArrayContent(content), "file", fileName);
        if (purpose is not null && isPurposeLast)
        {
            form.Add(new StringContent(purpose), "purpose");
        }

        return await client.PostFormAsync("/v1/files/upload", form);
    }

    public static async Task<JsonElement> PostFormAsync(this HttpClient client, string path, MultipartContent form)
    {
        using HttpResponseMessage answer = await client.PostAsync(new Uri(path, UriKind.Relative), form);
        return await answer.ReadJsonAsync();
    }
}
