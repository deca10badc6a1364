namespace Cremona.Server.Tests.FineTuning;

/// <summary>Training files.</summary>
public static class FineTuningRows
{
    /// <summary>Rows in the ChatCompletion Pro form.</summary>
    public static string Pro(int count) => string.Concat(Enumerable.Range(1, count).Select(i =>
        $$"""
        {"messages":[{"sender_type":"USER","sender_name":"U","text":"q{{i}}"},{"sender_type":"BOT","sender_name":"B","text":"a{{i}}"}],"bot_setting":[{"bot_name":"B","content":"B answers."}]}

        """));
}
