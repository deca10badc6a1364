using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Cremona.Server.Models.Upstream;

/// <summary>Writes dialogues in OpenAI's words. Calls that have no id get one, because other servers ask for it; a
/// result without an id answers the first call that has none yet. For one request.</summary>
internal sealed class UpstreamMessages(Utf8JsonWriter json)
{
    private const int ImageBytes = 4096; // some thousand tokens, for as long as the server has not told its own count

    private readonly Queue<string> _unanswered = new();
    private int _calls;

    public void Write(IEnumerable<ChatMessage> messages)
    {
        json.WriteStartArray("messages");
        foreach (ChatMessage message in messages)
        {
            json.WriteStartObject();
            json.WriteString("role", message.Role.Value);
            if (FindResult(message) is { } result)
            {
                json.WriteString("tool_call_id", FindCallId(result));
                json.WriteString("content", result.Result as string);
            }
            else
            {
                WriteContent(message);
                WriteCalls([.. message.Contents.OfType<FunctionCallPiece>()]);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>UTF-8 bytes of everything that a message tells; an image counts as some.</summary>
    public static int CountBytes(ChatMessage message) =>
        Encoding.UTF8.GetByteCount(FindResult(message)?.Result as string ?? message.Text)
        + (ImageBytes * message.Contents.OfType<ImagePart>().Count())
        + message.Contents.OfType<FunctionCallPiece>().Sum(call => Encoding.UTF8.GetByteCount(call.Arguments));

    private static FunctionResultContent? FindResult(ChatMessage message) =>
        message.Contents.OfType<FunctionResultContent>().FirstOrDefault();

    /// <summary>A text, or parts where there are images.</summary>
    private void WriteContent(ChatMessage message)
    {
        if (!message.Contents.OfType<ImagePart>().Any())
        {
            json.WriteString("content", message.Text);
            return;
        }

        json.WriteStartArray("content");
        foreach (AIContent part in message.Contents)
        {
            json.WriteStartObject();
            if (part is ImagePart image)
            {
                WriteImage(image);
            }
            else
            {
                json.WriteString("type", "text");
                json.WriteString("text", ((TextContent)part).Text);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteImage(ImagePart image)
    {
        json.WriteString("type", "image_url");
        json.WriteStartObject("image_url");
        json.WriteString("url", image.Url);
        if (image.Detail is { } detail)
        {
            json.WriteString("detail", detail);
        }

        json.WriteEndObject();
    }

    private string FindCallId(FunctionResultContent result) =>
        result.CallId.Length == 0 && _unanswered.TryDequeue(out string? first) ? first : result.CallId;

    private void WriteCalls(FunctionCallPiece[] calls)
    {
        if (calls.Length == 0)
        {
            return;
        }

        _unanswered.Clear();
        json.WriteStartArray("tool_calls");
        foreach (FunctionCallPiece call in calls)
        {
            json.WriteStartObject();
            json.WriteString("id", call.CallId ?? NewId());
            json.WriteString("type", "function");
            json.WriteStartObject("function");
            json.WriteString("name", call.Name);
            json.WriteString("arguments", call.Arguments);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private string NewId()
    {
        string id = string.Create(CultureInfo.InvariantCulture, $"call_{_calls++}");
        _unanswered.Enqueue(id);
        return id;
    }
}
