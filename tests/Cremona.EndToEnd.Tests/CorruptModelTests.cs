using System.Net;
using System.Text;
using System.Text.Json;
using Cremona.Server.Tests.FineTuning;

namespace Cremona.EndToEnd.Tests;

/// <summary>A model folder that was damaged on disk: the server says which and why, and everything else goes
/// on.</summary>
public class CorruptModelTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData("model.safetensors", "truncated")]
    [InlineData("model.safetensors", "overwritten")]
    [InlineData("config.json", "truncated")]
    [InlineData("tokenizer.json", "overwritten")]
    [InlineData("tokenizer.json", "deleted")]
    public async Task DamagedModel_IsNamed_AndTheOthersServe(string file, string damage)
    {
        using TempFolder folder = new();
        string sound = Path.Combine(folder.Path, "sound");
        string damaged = Path.Combine(folder.Path, "damaged");
        TinyModel.Save(sound);
        TinyModel.Save(damaged);
        Damage(Path.Combine(damaged, file), damage);

        await using RealServer server = await RealServer.StartAsync(
            Path.Combine(folder.Path, "data"),
            $"Models:Entries:sound:Folder={sound}", $"Models:Entries:damaged:Folder={damaged}",
            "Models:Preloaded=damaged");

        (await TrainingServer.HoldsWithinAsync(Limit, async () =>
        {
            using HttpResponseMessage ready = await server.Http.GetAsync("/readyz");
            return ready.StatusCode == HttpStatusCode.ServiceUnavailable
                && (await ready.Content.ReadAsStringAsync()).Contains("damaged", StringComparison.Ordinal);
        })).ShouldBeTrue(server.Process.Output);
        JsonElement refusal = (await AskAsync(server, "damaged")).GetProperty("base_resp");
        refusal.GetProperty("status_code").GetInt32().ShouldBe(1013);
        refusal.GetProperty("status_msg").GetString()!.ShouldContain("damaged");
        server.Process.Output.ShouldContain(damaged);
        server.Process.Output.ShouldContain(file);
        JsonElement answer = await AskAsync(server, "sound");
        answer.GetProperty("base_resp").GetProperty("status_code").GetInt32().ShouldBe(0, server.Process.Output);

        // Repaired on disk, it serves without a restart.
        TinyModel.Save(damaged);
        (await AskAsync(server, "damaged")).GetProperty("base_resp").GetProperty("status_code").GetInt32().ShouldBe(0);
    }

    private static void Damage(string path, string damage)
    {
        byte[] bytes = File.ReadAllBytes(path);
        switch (damage)
        {
            case "truncated":
                File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
                break;
            case "overwritten":
                bytes.AsSpan().Fill(0xFF);
                File.WriteAllBytes(path, bytes);
                break;
            default:
                File.Delete(path);
                break;
        }
    }

    private static async Task<JsonElement> AskAsync(RealServer server, string model)
    {
        using StringContent body = new(
            $$"""{"model":"{{model}}","tokens_to_generate":4,"messages":[{"role":"user","content":"hello"}]}""",
            Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await server.Http.PostAsync("/v1/text/chatcompletion_v2", body);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.Clone();
    }
}
