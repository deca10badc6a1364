using System.CommandLine;
using Cremona.Cli.Client;
using Cremona.Cli.CommandLine;
using Cremona.Protocol.Chat;

namespace Cremona.Cli.Commands;

/// <summary><c>cremona chat</c>: a conversation, printed as the model writes it.</summary>
internal sealed class ChatCommand : RemoteCommand
{
    private const string UserName = "User";

    private readonly Option<string> _model = new("--model", "-m")
    {
        Description = "A base model, an alias or a tuned model",
        DefaultValueFactory = _ => "abab5.5s-chat-240123",
    };

    private readonly Option<string> _botName = new("--bot")
    {
        Description = "Name of the bot; for a tuned model the bot_name of its training rows",
        DefaultValueFactory = _ => "Assistant",
    };

    private readonly Option<string> _setting = new("--setting")
    {
        Description = "The bot's persona; for a tuned model the bot_setting of its training rows",
        DefaultValueFactory = _ => "Assistant is friendly and answers briefly.",
    };

    private readonly Option<string?> _message = new("--message") { Description = "Say this, print the answer, and end" };
    private readonly Option<double?> _temperature = new("--temperature") { Description = "Above 0, at most 1; low is steady" };
    private readonly Option<int?> _length = new("--max-tokens") { Description = "Longest answer in tokens, at least 1. Default 256" };
    private readonly Option<bool> _json = new("--json")
    {
        Description = "With --message: print the server's whole JSON answer",
    };

    public ChatCommand(Terminal terminal)
        : base(terminal, "chat", "Talk to a model; an empty line, /exit or Ctrl-D ends")
    {
        OptionRange.Require<double>(_temperature, value => value is > 0 and <= 1, "a number above 0, at most 1");
        OptionRange.Require<int>(_length, value => value >= 1, "a number of at least 1");
        Add(_model);
        Add(_botName);
        Add(_setting);
        Add(_message);
        Add(_temperature);
        Add(_length);
        Add(_json);
        Validators.Add(result =>
        {
            if (result.GetValue(_json) && result.GetValue(_message) is null)
            {
                result.AddError("--json needs --message: a conversation is printed as it is written");
            }
        });
        Examples =
        [
            "cremona chat",
            "cremona chat --model ft:abab5.5s-chat-240123_1705584973436:mybot",
            """cremona chat --message "Who are you?" --temperature 0.1""",
        ];
    }

    protected override async Task<int> RunAsync(
        CremonaClient client, ParseResult line, CancellationToken cancellationToken)
    {
        string bot = line.GetRequiredValue(_botName);
        ChatRequest request = new(
            line.GetRequiredValue(_model),
            [new BotSetting(bot, line.GetRequiredValue(_setting))],
            new ReplyConstraints("BOT", bot),
            [],
            line.GetValue(_temperature),
            line.GetValue(_length));
        if (line.GetValue(_message) is not { } message)
        {
            return await TalkAsync(client, request, cancellationToken);
        }

        request = request with { Messages = [new ChatMessage("USER", UserName, message)] };
        if (line.GetValue(_json))
        {
            Answer<CcpResponse> answer = await client.ChatAsync(request, cancellationToken);
            await Terminal.Out.WriteLineAsync(answer.Json);
        }
        else
        {
            await PrintAnswerAsync(client, request, cancellationToken);
        }

        return ExitCode.Success;
    }

    private async Task<int> TalkAsync(CremonaClient client, ChatRequest request, CancellationToken cancellationToken)
    {
        string bot = request.ReplyConstraints.SenderName;
        while (await ReadLineAsync(cancellationToken) is { } said && !string.IsNullOrWhiteSpace(said) && said != "/exit")
        {
            request = request with { Messages = [.. request.Messages, new ChatMessage("USER", UserName, said)] };
            string answer = await PrintAnswerAsync(client, request, cancellationToken);
            request = request with { Messages = [.. request.Messages, new ChatMessage("BOT", bot, answer)] };
        }

        return ExitCode.Success;
    }

    private async Task<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        if (Terminal.IsInteractive)
        {
            await Terminal.Out.WriteAsync("you> ");
            await Terminal.Out.FlushAsync(cancellationToken);
        }

        // A console cannot be read with a token; the abandoned read ends with the process.
        return await Task.Run(Terminal.In.ReadLine, CancellationToken.None).WaitAsync(cancellationToken);
    }

    private async Task<string> PrintAnswerAsync(
        CremonaClient client, ChatRequest request, CancellationToken cancellationToken)
    {
        List<string> pieces = [];
        await foreach (string piece in client.StreamChatAsync(request, cancellationToken))
        {
            pieces.Add(piece);
            await Terminal.Out.WriteAsync(piece);
            await Terminal.Out.FlushAsync(cancellationToken);
        }

        await Terminal.Out.WriteLineAsync();
        return string.Concat(pieces);
    }
}
