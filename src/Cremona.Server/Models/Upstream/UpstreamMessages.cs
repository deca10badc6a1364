using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Cremona.Server.Models.Upstream;

/// <summary>Writes dialogues in OpenAI's words. Calls that have no id get one, because other servers ask for it; a
/// result without an id answers the first call that has none yet. For one request.</summary>
internal sealed class UpstreamMessages(Utf8JsonWriter json)
{
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
                json.WriteString("content", message.Text);
                WriteCalls([.. message.Contents.OfType<FunctionCallPiece>()]);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>UTF-8 bytes of everything that a message tells.</summary>
    public static int CountBytes(ChatMessage message) =>
        Encoding.UTF8.GetByteCount(FindResult(message)?.Result as string ?? message.Text)
        + message.Contents.OfType<FunctionCallPiece>().Sum(call => Encoding.UTF8.GetByteCount(call.Arguments));

    private static FunctionResultContent? FindResult(ChatMessage message) =>
        message.Contents.OfType<FunctionResultContent>().FirstOrDefault();

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
