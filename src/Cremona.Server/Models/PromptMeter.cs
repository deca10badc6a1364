namespace Cremona.Server.Models;

/// <summary>Tells a call's meter of one prompt. A prompt that goes on after an answer of the same call counts only what
/// is new in it. For one prompt.</summary>
internal sealed class PromptMeter(EngineChatOptions settings)
{
    private int _told;

    /// <param name="tokens">Of the whole prompt; again when they are known better.</param>
    public void Count(int tokens)
    {
        if (settings.CountedTokens == 0)
        {
            settings.Meter?.CountInput(tokens);
            return;
        }

        int news = Math.Max(0, tokens - settings.CountedTokens);
        settings.Meter?.AddInput(news - _told);
        _told = news;
    }
}
