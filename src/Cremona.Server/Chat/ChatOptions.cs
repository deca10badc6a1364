using System.ComponentModel.DataAnnotations;

namespace Cremona.Server.Chat;

/// <summary>Section <c>Chat</c>: the chat interfaces.</summary>
public sealed class ChatOptions
{
    public const string Section = "Chat";

    /// <summary>Send an error that comes before the first piece of a stream as an event instead of plain JSON. Default
    /// false, as the platform did in 2023; LangChain.js waits for ever on plain JSON. Errors of the door itself, such
    /// as a wrong key or a body that is no JSON, stay plain.</summary>
    public bool StreamErrorsAsSse { get; set; }

    /// <summary>End a stream of chatcompletion_v2 with an event that holds the whole answer. Default true.</summary>
    public bool V2SendsSummary { get; set; } = true;

    /// <summary>End a stream of chatcompletion_v2 with <c>[DONE]</c>. Default false.</summary>
    public bool V2SendsDone { get; set; }

    /// <summary>Answer errors of <c>/v1/chat/completions</c> with HTTP 200 and <c>base_resp</c>, as the platform did in
    /// 2024, instead of real HTTP statuses and OpenAI's error object. Default false.</summary>
    public bool CompletionsErrorsAsBaseResponse { get; set; }

    /// <summary>Seconds without a piece of text after which a stream of <c>/v1/chat/completions</c> sends a comment, so
    /// that no proxy gives it up; the other interfaces' clients read no comments. Default 15, range 0.01 to
    /// 3600.</summary>
    [Range(0.01, 3600)]
    public double HeartbeatSeconds { get; set; } = 15;

    internal TimeSpan HeartbeatInterval => TimeSpan.FromSeconds(HeartbeatSeconds);

    /// <summary>Messages of one request, samples included. Default 1000, range 1 to 100 000.</summary>
    [Range(1, 100_000)]
    public int MessagesMax { get; set; } = 1000;

    /// <summary>Functions that one request may offer. Default 128, range 1 to 10 000.</summary>
    [Range(1, 10_000)]
    public int ToolsMax { get; set; } = 128;

    /// <summary>The bot of a ChatCompletion that sends neither <c>prompt</c> nor <c>role_meta</c>. Default
    /// <c>MM智能助理</c>.</summary>
    [Required(ErrorMessage = "Chat:DefaultBotName is empty; name the bot that answers without a prompt.")]
    public string DefaultBotName { get; set; } = "MM智能助理";

    /// <summary>Its persona. Default <c>MM智能助理是一个乐于助人的智能助手。</c></summary>
    [Required(ErrorMessage = "Chat:DefaultPersona is empty; describe the bot that answers without a prompt.")]
    public string DefaultPersona { get; set; } = "MM智能助理是一个乐于助人的智能助手。";
}
