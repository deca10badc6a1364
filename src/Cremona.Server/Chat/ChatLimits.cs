using Cremona.Server.Edge;
using Cremona.Server.Models;

namespace Cremona.Server.Chat;

/// <summary>Ranges of the numbers of a request, as documented for the model name that was asked for.</summary>
internal static class ChatLimits
{
    private const int BeamWidthMax = 3;
    private const int AnswersMax = 4;
    private const double PenaltyMax = 2;

    /// <param name="request">As read.</param>
    /// <param name="promise">The documented model behind the name, or null for a name of this server's own.</param>
    /// <param name="contextTokens">Of the local model; the bound where nothing is documented.</param>
    /// <exception cref="ApiException">2013 naming the field and its range.</exception>
    public static void Check(ChatRequest request, DocumentedModel? promise, int contextTokens)
    {
        int outputTokensMax = promise?.OutputTokensMax ?? promise?.ContextTokens ?? contextTokens;
        if (request.OutputTokens.Value is { } tokens && (tokens < 1 || tokens > outputTokensMax))
        {
            throw OutOfRange(request.OutputTokens.Field, $"(0,{outputTokensMax}]");
        }

        CheckFraction("temperature", request.Temperature);
        CheckFraction("top_p", request.TopP);
        CheckPenalty("presence_penalty", request.PresencePenalty);
        CheckPenalty("frequency_penalty", request.FrequencyPenalty);
        CheckAnswers(request, promise);
        if (request is { Offer: not null, OfferField: "functions" } && promise is { OffersFunctions: false })
        {
            throw ApiException.InvalidParameters(
                $"model {request.Model} does not support functions; leave them out or use another model");
        }

        if (request.ContinuesLastMessage && promise is { OffersBeamsAndContinuation: false })
        {
            throw ApiException.InvalidParameters($"model {request.Model} does not support continue_last_message; leave it out");
        }
    }

    private static void CheckAnswers(ChatRequest request, DocumentedModel? promise)
    {
        (string field, long? value) = request.Answers;
        int max = field == "n" ? AnswersMax : BeamWidthMax;
        if (value is { } answers && (answers < 1 || answers > max))
        {
            throw OutOfRange(field, $"[1,{max}]");
        }

        if (request.AnswerCount > 1 && field != "n" && promise is { OffersBeamsAndContinuation: false })
        {
            throw ApiException.InvalidParameters($"model {request.Model} does not support {field} greater than 1; leave it out");
        }
    }

    private static void CheckFraction(string field, double? value)
    {
        if (value is { } number && !(number is > 0 and <= 1))
        {
            throw OutOfRange(field, "(0,1]");
        }
    }

    private static void CheckPenalty(string field, double? value)
    {
        if (value is { } number && !(Math.Abs(number) <= PenaltyMax))
        {
            throw OutOfRange(field, "[-2,2]");
        }
    }

    private static ApiException OutOfRange(string field, string range) =>
        ApiException.InvalidParameters($"{field} must be in {range}");
}
