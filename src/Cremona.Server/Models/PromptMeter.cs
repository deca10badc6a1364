namespace Cremona.Server.Models;

/// <summary>Tells a call's meter of one prompt. A prompt that goes on after an answer of the same call counts only what
/// is new in it. For one prompt.</summary>
internal sealed class PromptMeter(EngineChatOptions settings)
{
    private int _told;

    /// <param name="tokens">Of the whole prompt.</param>
    public void Count(int tokens)
    {
        if (settings.CountedTokens == 0) settings.Meter?.CountInput(tokens);
        else CountNews(tokens);
    }

    /// <param name="tokens">Of the whole prompt, until they are counted: another answer to the same prompt may have told
    /// them already.</param>
    public void Estimate(int tokens)
    {
        if (settings.CountedTokens == 0) settings.Meter?.EstimateInput(tokens);
        else CountNews(tokens);
    }

    private void CountNews(int tokens)
    {
        int news = Math.Max(0, tokens - settings.CountedTokens);
        settings.Meter?.AddInput(news - _told);
        _told = news;
    }
}
