namespace Cremona.Inference.Templates;

/// <summary>A dialogue of named bots and users, and the one way it becomes turns. Serving and training both go through
/// here, so that a model is asked in the very form in which it was taught.</summary>
/// <remarks>
/// <list type="bullet">
/// <item>The bots' settings become one system turn: the bot's name on a line of its own (left out when empty), its
/// content below; several bots are separated by an empty line. No setting, no system turn.</item>
/// <item>With one bot and one user nobody needs to be told apart: contents stay as they are and names are not
/// shown.</item>
/// <item>With several bots or several users each user's and bot's content is preceded by "Name: ", and the answer is
/// begun with the replying bot's "Name:", after which the model goes on with a space.</item>
/// <item>Sample messages stand before the messages.</item>
/// <item>The user of a ChatCompletion whose <c>role_meta</c> names it is told at the end of the bot's setting.</item>
/// </list>
/// </remarks>
/// <param name="Bots">The bots with their personas; may be empty.</param>
/// <param name="Messages">In order; samples first.</param>
public sealed record PersonaDialogue(IReadOnlyList<PersonaBot> Bots, IReadOnlyList<PersonaMessage> Messages)
{
    /// <summary>Names that name nobody; the platform's documentation sends the first.</summary>
    private static readonly string[] Nameless = ["我", "用户", "user", "me", "I"];

    /// <summary>Several bots or several users take part, so turns carry their speakers' names.</summary>
    public bool ShowsNames => CountNames(PersonaSender.Bot, Bots.Select(b => b.Name)) > 1
        || CountNames(PersonaSender.User, []) > 1;

    /// <summary>The form of ChatCompletion: <c>prompt</c> and <c>role_meta</c>, the same as a single bot's
    /// setting.</summary>
    /// <param name="prompt">The persona.</param>
    /// <param name="botName"><c>role_meta.bot_name</c>, or null.</param>
    /// <param name="userName"><c>role_meta.user_name</c>, or null; told to the bot in the prompt's language, as
    /// training text tells it.</param>
    /// <param name="messages">Their names, if any, give way to the two of <c>role_meta</c>.</param>
    public static PersonaDialogue FromPrompt(
        string prompt, string? botName, string? userName, IEnumerable<PersonaMessage> messages) =>
        new(
            [new PersonaBot(botName ?? "", WithUser(prompt, userName))],
            [.. messages.Select(m => m with { Name = m.Sender == PersonaSender.Bot ? botName : userName })]);

    /// <summary>All turns, closed: training data, and dialogues whose last message is to be continued.</summary>
    public IReadOnlyList<ChatTurn> ToTurns()
    {
        bool showsNames = ShowsNames;
        string system = string.Join("\n\n", Bots.Select(SystemText).Where(t => t.Length > 0));
        IEnumerable<ChatTurn> messages = Messages.Select(m => ToTurn(m, showsNames));
        return system.Length == 0 ? [.. messages] : [new ChatTurn(ChatRole.System, system), .. messages];
    }

    /// <summary>The turns and how they end when a bot is to answer.</summary>
    /// <param name="replyName">The answering bot.</param>
    public (IReadOnlyList<ChatTurn> Turns, ChatEnding Ending) ToPrompt(string? replyName)
    {
        IReadOnlyList<ChatTurn> turns = ToTurns();
        if (!ShowsNames || string.IsNullOrEmpty(replyName)) return (turns, ChatEnding.OpenAssistant);
        return ([.. turns, new ChatTurn(ChatRole.Assistant, replyName + ":")], ChatEnding.ContinueLast);
    }

    private static string WithUser(string prompt, string? userName)
    {
        if (string.IsNullOrEmpty(userName)) return prompt;
        if (Nameless.Contains(userName, StringComparer.OrdinalIgnoreCase)) return prompt;
        string language = prompt.Length > 0 ? prompt : userName;
        bool isChinese = language.Any(c => c is >= '\u4e00' and <= '\u9fff');
        string told = isChinese ? $"用户叫{userName}。" : $"The user is called {userName}.";
        return prompt.Length > 0 ? $"{prompt}\n{told}" : told;
    }

    private static string SystemText(PersonaBot bot) => (bot.Name.Length, bot.Content.Length) switch
    {
        (_, 0) => bot.Name,
        (0, _) => bot.Content,
        _ => $"{bot.Name}\n{bot.Content}",
    };

    private static ChatTurn ToTurn(PersonaMessage message, bool showsNames)
    {
        bool isNamed = showsNames && message.Sender != PersonaSender.Function && !string.IsNullOrEmpty(message.Name);
        string content = !isNamed ? message.Text
            : message.Text.Length > 0 ? $"{message.Name}: {message.Text}"
            : $"{message.Name}:";
        return new ChatTurn(RoleOf(message.Sender), content, IsLearned: message.IsLearned)
        {
            ToolCalls = message.ToolCalls,
            ToolCallId = message.ToolCallId,
        };
    }

    private static ChatRole RoleOf(PersonaSender sender) => sender switch
    {
        PersonaSender.User => ChatRole.User,
        PersonaSender.Bot => ChatRole.Assistant,
        PersonaSender.Function => ChatRole.Tool,
        _ => throw new ArgumentOutOfRangeException(nameof(sender), sender, null),
    };

    private int CountNames(PersonaSender sender, IEnumerable<string> others) =>
        Messages.Where(m => m.Sender == sender).Select(m => m.Name ?? "").Concat(others)
            .Where(n => n.Length > 0).Distinct().Count();
}
