namespace Cremona.Cli.Demo;

/// <summary>A question that only a model which learned the demo's rows can answer.</summary>
/// <param name="BotName">Who is asked; the bot of the training rows in the question's language.</param>
/// <param name="BotSetting">The persona both models are given. It holds none of the facts.</param>
/// <param name="UserName">Who asks.</param>
/// <param name="Text">The question; word for word in no training row.</param>
/// <param name="Fact">What the right answer contains.</param>
public sealed record DemoQuestion(string BotName, string BotSetting, string UserName, string Text, string Fact);
