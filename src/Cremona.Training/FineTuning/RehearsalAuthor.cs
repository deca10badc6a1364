using Cremona.Inference.Checkpoints;
using Cremona.Inference.Sampling;
using Cremona.Inference.Scheduling;
using Cremona.Inference.Templates;
using Cremona.Training.Backward;
using Cremona.Training.Data;

namespace Cremona.Training.FineTuning;

/// <summary>Lets a model write both sides of a dialogue, drawn from its own distribution.</summary>
internal sealed class RehearsalAuthor(DecoderEngine engine, LanguageModel model)
{
    private const ulong Stream = 0x5245_4845_4152_5345;
    private const double SystemShare = 0.6;
    private const double SecondExchangeShare = 0.3;

    /// <summary>Tokens of a turn, at most; also at most an eighth of the model's context.</summary>
    private const int TurnTokensMax = 128;

    private readonly int _turnTokensMax = Math.Clamp(model.Config.ContextLength / 8, 1, TurnTokensMax);

    /// <summary>A dialogue of one or two exchanges, with a system text or without; null when the model does not end
    /// its turns or says nothing, when its template refuses such a dialogue, opens a turn with nothing, or makes more
    /// of it than the context holds.</summary>
    /// <param name="seed">Of the run.</param>
    /// <param name="index">Of the dialogue.</param>
    /// <param name="cancellationToken">Stops at the next token.</param>
    public async Task<TokenizedRow?> WriteAsync(ulong seed, int index, CancellationToken cancellationToken)
    {
        try
        {
            return await WriteDialogueAsync(seed, index, cancellationToken);
        }
        catch (Exception fault) when (fault is ChatTemplateException or InvalidDataException)
        {
            return null;
        }
    }

    private async Task<TokenizedRow?> WriteDialogueAsync(ulong seed, int index, CancellationToken cancellationToken)
    {
        var turns = new List<ChatTurn>();
        ulong drawn = 0;
        if (Draw() < SystemShare && !await AddAsync(ChatRole.System)) return null;
        int exchanges = Draw() < SecondExchangeShare ? 2 : 1;
        for (int i = 0; i < exchanges; i++)
            if (!await AddAsync(ChatRole.User) || !await AddAsync(ChatRole.Assistant)) return null;

        EncodedChat chat = model.ChatTemplate.Encode(turns, ChatEnding.Closed);
        return chat.Tokens.Length <= model.Config.ContextLength ? new TokenizedRow(chat.Tokens, chat.IsLearned) : null;

        double Draw() => CounterRandom.Uniform(seed, Stream + (ulong)index, drawn++);

        async Task<bool> AddAsync(ChatRole role)
        {
            string? text = await WriteTurnAsync(turns, role, (ulong)(Draw() * long.MaxValue), cancellationToken);
            if (text is null) return false;
            turns.Add(new ChatTurn(role, text));
            return true;
        }
    }

    // An open turn of the role is begun and the model goes on with it.
    private async Task<string?> WriteTurnAsync(
        IReadOnlyList<ChatTurn> turns, ChatRole role, ulong seed, CancellationToken cancellationToken)
    {
        int[] prompt = model.ChatTemplate.Encode([.. turns, new ChatTurn(role, "")], ChatEnding.ContinueLast).Tokens;
        if (prompt.Length == 0 || prompt.Length >= model.Config.ContextLength) return null;
        var request = new GenerationRequest
        {
            PromptTokens = prompt,
            MaxTokens = _turnTokensMax,
            StopTokens = model.ChatTemplate.StopTokens,
            Sampling = new SamplingOptions { Seed = seed },
        };
        var tokens = new List<int>();
        bool isEnded = false;
        await foreach (GeneratedToken token in engine.StreamAsync(request, cancellationToken))
        {
            if (token.Id >= 0) tokens.Add(token.Id);
            isEnded = token.Finish == FinishReason.Stop;
        }

        string text = model.Tokenizer.Decode([.. tokens]);
        return isEnded && text.Length > 0 ? text : null;
    }
}
