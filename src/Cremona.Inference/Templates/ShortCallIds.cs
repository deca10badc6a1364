using System.Security.Cryptography;
using System.Text;

namespace Cremona.Inference.Templates;

/// <summary>Gives calls and results ids of nine letters and digits, as Mistral's templates want them: the same id for
/// the same one always, whatever the caller's ids look like. A result without an id answers the first call that has
/// none.</summary>
internal static class ShortCallIds
{
    private const int Length = ToolCallForm.IdLength;
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    public static IReadOnlyList<ChatTurn> Give(IReadOnlyList<ChatTurn> turns)
    {
        var unanswered = new Queue<string>();
        int count = 0;
        string Next()
        {
            unanswered.Enqueue(Shorten($"call {count++}"));
            return unanswered.Last();
        }

        var given = new List<ChatTurn>(turns.Count);
        foreach (ChatTurn turn in turns)
        {
            if (turn.ToolCalls.Count > 0) unanswered.Clear();
            given.Add(turn with
            {
                ToolCalls =
                [
                    .. turn.ToolCalls.Select(call => call with { Id = call.Id is { } id ? Shorten(id) : Next() }),
                ],
                ToolCallId = turn.Role != ChatRole.Tool ? null
                    : turn.ToolCallId is { } answered ? Shorten(answered)
                    : unanswered.TryDequeue(out string? first) ? first
                    : Shorten(""),
            });
        }

        return given;
    }

    private static string Shorten(string id)
    {
        if (id.Length == Length && id.All(char.IsAsciiLetterOrDigit)) return id;
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(id));
        return string.Concat(hash.Take(Length).Select(value => Digits[value % Digits.Length]));
    }
}
