using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cremona.Bench.Load;

/// <summary>One streamed chat call whose answer is always the same, because it is greedy or has a seed.</summary>
/// <param name="Path">Of the interface.</param>
/// <param name="Body">JSON.</param>
internal sealed record LoadAsk(string Path, string Body)
{
    private const int AskCount = 96;

    private static readonly string[] Questions =
    [
        "Tell me a short story about a fox.", "讲一个关于狐狸的故事。", "Please repeat: K-4711 and 982-QX", "请重复：木桥、铜铃、三只猫",
        "What is 27+15?", "比较38和83，大的是哪个？", "Who are you?", "你能做什么？", "Translate into Chinese: I like green tea.",
        "What should I eat today?", "今天心情如何？", "Write a few lines about the harbour.",
    ];

    /// <summary>Calls of all three streaming forms, of several models, with and without a system text, sampling and a
    /// schema.</summary>
    public static IReadOnlyList<LoadAsk> Make(IReadOnlyList<string> models) =>
        [.. Enumerable.Range(0, AskCount).Select(i => MakeOne(i, models[i % models.Count]))];

    /// <summary>What an event of the stream adds to the answer; the last one, which may repeat the whole, adds
    /// nothing.</summary>
    public static string TextOf(JsonElement chunk)
    {
        if (chunk.GetProperty("choices").GetArrayLength() == 0) return "";
        JsonElement choice = chunk.GetProperty("choices")[0];
        if (choice.TryGetProperty("delta", out JsonElement delta))
            return delta.TryGetProperty("content", out JsonElement content) ? content.GetString() ?? "" : "";
        bool isLast = chunk.TryGetProperty("base_resp", out _) || !choice.TryGetProperty("messages", out _);
        return isLast ? "" : string.Concat(choice.GetProperty("messages").EnumerateArray()
            .Select(m => m.GetProperty("text").GetString()));
    }

    private static LoadAsk MakeOne(int index, string model)
    {
        string question = $"{Questions[index % Questions.Length]}";
        string system = (index / Questions.Length % 3) switch
        {
            0 => "MM is a friendly assistant.",
            1 => "你是小雨。你的职业是医生。你住在苏州。",
            _ => string.Concat(Enumerable.Range(0, 40).Select(i => $"Room {i} holds the box {(i * 37) + index}. ")),
        };
        int tokens = 16 + (index * 29 % 112);
        double temperature = index % 2 == 0 ? 0.01 : 0.9;
        return (index % 3) switch
        {
            0 => Pro(model, system, question, tokens, temperature, index),
            1 => OpenAi("/v1/text/chatcompletion_v2", model, system, question, tokens, temperature, index, null),
            _ => OpenAi("/v1/chat/completions", model, system, question, tokens, temperature, index, Form(index)),
        };
    }

    private static LoadAsk Pro(
        string model, string system, string question, int tokens, double temperature, int seed) => new(
        "/v1/text/chatcompletion_pro",
        new JsonObject
        {
            ["model"] = model,
            ["stream"] = true,
            ["tokens_to_generate"] = tokens,
            ["temperature"] = temperature,
            ["seed"] = seed,
            ["bot_setting"] = new JsonArray(new JsonObject { ["bot_name"] = "MM", ["content"] = system }),
            ["reply_constraints"] = new JsonObject { ["sender_type"] = "BOT", ["sender_name"] = "MM" },
            ["messages"] = new JsonArray(
                new JsonObject { ["sender_type"] = "USER", ["sender_name"] = "u", ["text"] = question }),
        }.ToJsonString());

    private static LoadAsk OpenAi(
        string path, string model, string system, string question, int tokens, double temperature, int seed,
        JsonNode? form)
    {
        var body = new JsonObject
        {
            ["model"] = model,
            ["stream"] = true,
            ["max_tokens"] = tokens,
            ["temperature"] = temperature,
            ["seed"] = seed,
            ["messages"] = new JsonArray(
                new JsonObject { ["role"] = "system", ["content"] = system },
                new JsonObject { ["role"] = "user", ["content"] = question }),
        };
        if (form is not null) body["response_format"] = form;
        return new LoadAsk(path, body.ToJsonString());
    }

    private static JsonNode? Form(int index) => index % 4 != 0 ? null : JsonNode.Parse(
        """
        {"type":"json_schema","json_schema":{"name":"a","schema":{"type":"object","properties":{"name":{"type":"string","maxLength":20},
        "count":{"type":"integer","minimum":0,"maximum":99}},"required":["name","count"],"additionalProperties":false}}}
        """);
}
