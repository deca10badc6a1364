using Cremona.Inference.Checkpoints;
using Cremona.Inference.Templates;

namespace Cremona.Training.Data;

/// <summary>Reads a training or validation file: JSON Lines in UTF-8, a byte order mark allowed, leading spaces
/// trimmed, blank lines skipped. A row has the shape of ChatCompletion Pro (<c>bot_setting</c>, <c>messages</c>), of
/// ChatCompletion (<c>prompt</c>, <c>role_meta</c>, <c>messages</c>) or of OpenAI (<c>messages</c> with <c>role</c> and
/// <c>content</c>). The first has <c>functions</c>, the last <c>tools</c>, which the model is shown as in serving;
/// calls of them are learned, and must be such as serving would let it make.</summary>
public static class TrainingFile
{
    /// <summary>Longest line in bytes; far above what the token limit of any row lets through.</summary>
    public const int LineBytesMax = 4 << 20;

    /// <summary>Reads all rows as the model will see them, or finds the first fault. Nothing is cut. Only what bots say
    /// is learned. Memory grows with the tokens, not with the file.</summary>
    /// <param name="stream">Read once from where it stands; not closed.</param>
    /// <param name="model">Its tokenizer and template.</param>
    /// <param name="maxTokensPerRow">A longer row is a fault.</param>
    /// <param name="maxLineBytes">A longer line is a fault.</param>
    /// <param name="cancellationToken">Stops at the next line.</param>
    /// <returns>The rows, or a fault whose line and reason the caller puts behind the name of its field:
    /// <c>training_file line 12: messages[1].sender_type must be USER or BOT</c>. How many rows are enough is the
    /// caller's rule.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static TrainingFileReport Read(
        Stream stream,
        LanguageModel model,
        int maxTokensPerRow,
        int maxLineBytes,
        CancellationToken cancellationToken)
    {
        var rows = new List<TokenizedRow>();
        long tokenCount = 0;
        var lines = new TrainingLines(stream, maxLineBytes);
        var reader = new TrainingRowReader();
        try
        {
            while (lines.ReadLine(out ReadOnlyMemory<byte> line))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (TrainingRowReader.IsBlank(line.Span)) continue;
                TokenizedRow row = ToTokens(reader.Read(line), model.ChatTemplate, maxTokensPerRow);
                rows.Add(row);
                tokenCount += row.Tokens.Length;
            }
        }
        catch (TrainingRowException e)
        {
            return new TrainingFileReport([], 0, new TrainingFileFault(lines.LineNumber, e.Message));
        }

        return new TrainingFileReport(rows, tokenCount, null);
    }

    private static TokenizedRow ToTokens(TrainingDialogue dialogue, IChatTemplate template, int maxTokensPerRow)
    {
        EncodedChat chat = Encode(dialogue, template);
        return chat.Tokens.Length <= maxTokensPerRow
            ? new TokenizedRow(chat.Tokens, chat.IsLearned)
            : throw new TrainingRowException($"{chat.Tokens.Length} tokens exceed the limit {maxTokensPerRow}");
    }

    private static EncodedChat Encode(TrainingDialogue dialogue, IChatTemplate template)
    {
        dialogue.RequireForm(template.ToolCallForm);
        try
        {
            return template.Encode(dialogue.Turns, ChatEnding.Closed, dialogue.Tools);
        }
        catch (ChatTemplateException e)
        {
            throw new TrainingRowException($"the model's chat template refuses the dialogue: {e.Message}");
        }
        catch (InvalidDataException e)
        {
            throw new TrainingRowException($"the dialogue cannot be written for the model: {e.Message}");
        }
    }
}
