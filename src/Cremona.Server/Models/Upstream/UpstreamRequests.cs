using System.Buffers;
using System.Text.Json;
using Cremona.Inference.Templates;
using Cremona.Protocol.Envelope;
using Microsoft.Extensions.AI;

namespace Cremona.Server.Models.Upstream;

/// <summary>Writes requests of OpenAI's chat completions. Pure.</summary>
internal static class UpstreamRequests
{
    private const int BytesPerToken = 4;
    private const int TokensPerMessage = 4;

    private static readonly JsonWriterOptions AsOnTheWire = new() { Encoder = WireJson.CreateOptions().Encoder };

    /// <summary>The body, UTF-8. Always a stream, whatever the client asked for: so a server that hangs is noticed,
    /// and one whose client has gone is told.</summary>
    /// <param name="model">Its name there.</param>
    /// <param name="messages">The dialogue.</param>
    /// <param name="settings">What is asked for.</param>
    /// <param name="outputTokensMax">At least 1.</param>
    /// <param name="cacheSalt">Keeps what the server computes apart from what it computed with another salt; null where
    /// the server does not know it.</param>
    public static byte[] Write(
        string model, IReadOnlyList<ChatMessage> messages, EngineChatOptions settings, int outputTokensMax,
        string? cacheSalt)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body, AsOnTheWire))
        {
            json.WriteStartObject();
            json.WriteString("model", model);
            new UpstreamMessages(json).Write(messages);
            WriteTools(json, settings);
            json.WriteBoolean("stream", true);
            json.WriteStartObject("stream_options");
            json.WriteBoolean("include_usage", true);
            json.WriteEndObject();
            json.WriteNumber("max_tokens", outputTokensMax);
            WriteSampling(json, settings);
            WriteForm(json, settings.ResponseFormat);
            if (cacheSalt is not null)
            {
                json.WriteString("cache_salt", cacheSalt);
            }

            if (settings.Ending == ChatEnding.ContinueLast)
            {
                // The words of vLLM and SGLang; llama-server and Ollama go on with an assistant's turn anyway.
                json.WriteBoolean("continue_final_message", true);
                json.WriteBoolean("add_generation_prompt", false);
            }

            json.WriteEndObject();
        }

        return body.WrittenSpan.ToArray();
    }

    /// <summary>About how many tokens a prompt has, for as long as the server has not told it.</summary>
    public static int EstimateTokens(IEnumerable<ChatMessage> messages) => messages.Sum(
        message => TokensPerMessage + (UpstreamMessages.CountBytes(message) / BytesPerToken));

    private static void WriteTools(Utf8JsonWriter json, EngineChatOptions settings)
    {
        if (settings.Tools is not { Count: > 0 } tools)
        {
            return;
        }

        json.WriteStartArray("tools");
        foreach (AIFunctionDeclaration function in tools.OfType<AIFunctionDeclaration>())
        {
            json.WriteStartObject();
            json.WriteString("type", "function");
            json.WriteStartObject("function");
            json.WriteString("name", function.Name);
            if (function.Description.Length > 0)
            {
                json.WriteString("description", function.Description);
            }

            json.WritePropertyName("parameters");
            function.JsonSchema.WriteTo(json);

            // OpenAI refuses the others.
            if (IsClosed(function.JsonSchema))
            {
                json.WriteBoolean("strict", true);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteToolChoice(json, settings.ToolMode);
        if (settings.AllowMultipleToolCalls == false)
        {
            json.WriteBoolean("parallel_tool_calls", false);
        }
    }

    private static void WriteToolChoice(Utf8JsonWriter json, ChatToolMode? mode)
    {
        if (mode is not RequiredChatToolMode required)
        {
            json.WriteString("tool_choice", mode is NoneChatToolMode ? "none" : "auto");
        }
        else if (required.RequiredFunctionName is not { } name)
        {
            json.WriteString("tool_choice", "required");
        }
        else
        {
            json.WriteStartObject("tool_choice");
            json.WriteString("type", "function");
            json.WriteStartObject("function");
            json.WriteString("name", name);
            json.WriteEndObject();
            json.WriteEndObject();
        }
    }

    private static void WriteSampling(Utf8JsonWriter json, EngineChatOptions settings)
    {
        WriteNumber(json, "temperature", settings.Temperature);
        WriteNumber(json, "top_p", settings.TopP);
        WriteNumber(json, "presence_penalty", settings.PresencePenalty);
        WriteNumber(json, "frequency_penalty", settings.FrequencyPenalty);
        if (settings.Seed is { } seed)
        {
            json.WriteNumber("seed", seed & long.MaxValue); // Some read it as unsigned.
        }

        if (settings.StopSequences is { Count: > 0 } stops)
        {
            json.WriteStartArray("stop");
            foreach (string stop in stops)
            {
                json.WriteStringValue(stop);
            }

            json.WriteEndArray();
        }

        if (settings.TopLogProbabilities is not null || settings.RanksAnswers)
        {
            json.WriteBoolean("logprobs", true);
            json.WriteNumber("top_logprobs", settings.TopLogProbabilities ?? 0);
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, float? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }

    private static void WriteForm(Utf8JsonWriter json, ChatResponseFormat? form)
    {
        if (form is not ChatResponseFormatJson asked)
        {
            return;
        }

        json.WriteStartObject("response_format");
        json.WriteString("type", asked.Schema is null ? "json_object" : "json_schema");
        if (asked.Schema is { } schema)
        {
            json.WriteStartObject("json_schema");
            json.WriteString("name", asked.SchemaName ?? "answer");
            json.WriteBoolean("strict", true);
            json.WritePropertyName("schema");
            schema.WriteTo(json);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary>Every object of the schema allows only the members it lists and asks for all of them, as OpenAI's
    /// strict functions must (https://platform.openai.com/docs/guides/structured-outputs).</summary>
    private static bool IsClosed(JsonElement schema) => schema.ValueKind switch
    {
        JsonValueKind.Array => schema.EnumerateArray().All(IsClosed),
        JsonValueKind.Object => schema.EnumerateObject().All(member => IsClosed(member.Value))
            && (!(ListsMembers(schema) || IsOfObjects(schema)) || AsksForAll(schema)),
        _ => true,
    };

    private static bool ListsMembers(JsonElement schema) =>
        schema.TryGetProperty("properties", out JsonElement members) && members.ValueKind == JsonValueKind.Object;

    private static bool IsOfObjects(JsonElement schema) =>
        schema.TryGetProperty("type", out JsonElement type)
        && (type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Any(IsObject) : IsObject(type));

    private static bool IsObject(JsonElement type) =>
        type.ValueKind == JsonValueKind.String && type.ValueEquals("object");

    private static bool AsksForAll(JsonElement schema)
    {
        IEnumerable<string> members = ListsMembers(schema)
            ? schema.GetProperty("properties").EnumerateObject().Select(member => member.Name)
            : [];
        return schema.TryGetProperty("additionalProperties", out JsonElement others)
            && others.ValueKind == JsonValueKind.False
            && schema.TryGetProperty("required", out JsonElement required) && required.ValueKind == JsonValueKind.Array
            && !members.Except(required.EnumerateArray().Select(name => name.ToString())).Any();
    }
}
