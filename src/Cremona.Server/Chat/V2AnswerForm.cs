namespace Cremona.Server.Chat;

/// <summary>In what the answers of chatcompletion_v2 and of the alias differ, and their streams.</summary>
/// <param name="SendsSummary">An event with the whole answer at the end.</param>
/// <param name="SendsDone"><c>[DONE]</c> at the end.</param>
/// <param name="IncludesUsage">The client asked for a chunk that tells the usage.</param>
/// <param name="TellsCachedTokens">The usage tells what of the input was known from earlier calls.</param>
/// <param name="TellsLogProbabilities">The client asked for them.</param>
/// <param name="StreamsCalls">Calls come in pieces, with their index; otherwise all at once.</param>
/// <param name="HasOpenAIErrors">An error event carries OpenAI's error object, which its clients throw on.</param>
/// <param name="Question">Told again before the steps of an answer that searched the web; null where such steps are not
/// told.</param>
internal sealed record V2AnswerForm(
    bool SendsSummary, bool SendsDone, bool IncludesUsage, bool TellsCachedTokens,
    bool TellsLogProbabilities, bool StreamsCalls, bool HasOpenAIErrors, string? Question);
