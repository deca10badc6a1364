namespace Cremona.Server.Chat;

/// <summary>What was found in a chat that is told and not refused, as the platform's types: 2 to 7, 0 for
/// nothing.</summary>
internal readonly record struct ChatSensitivity(int InputType, int OutputType)
{
    public bool IsInput => InputType > 0;

    public bool IsOutput => OutputType > 0;

    /// <summary>Of several answers to one request: the severest of each.</summary>
    public static ChatSensitivity Of(IEnumerable<ChatAnswer> answers) => answers.Select(answer => answer.Sensitivity)
        .Aggregate((one, other) => new ChatSensitivity(one.InputType, Severest(one.OutputType, other.OutputType)));

    private static int Severest(int one, int other) => Sensitivity.WordAutomaton.Severest(one, other);
}
