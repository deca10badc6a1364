using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Cremona.Inference.Templates;

namespace Cremona.Training.Corpus;

/// <summary>A held-apart dialogue up to an answer that can be judged by what it holds.</summary>
public sealed class SkillCase
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };
    private readonly Expectation _expectation;

    internal SkillCase(IReadOnlyList<ChatTurn> turns, string expected, Expectation expectation) =>
        (Turns, Expected, _expectation) = (turns, expected, expectation);

    /// <summary>What the answer shows.</summary>
    public Skill Skill => _expectation.Skill;

    /// <summary>The dialogue; a user's or a function's turn is the last.</summary>
    public IReadOnlyList<ChatTurn> Turns { get; }

    /// <summary>The functions that the system text shows; empty where there are none.</summary>
    public IReadOnlyList<ChatTool> Tools => Turns[0].Role == ChatRole.System ? ToolText.ToolsOf(Turns[0].Content) : [];

    /// <summary>One right answer; others are right too if they hold the same.</summary>
    public string Expected { get; }

    /// <summary>The answer is a JSON object, whatever stands in it.</summary>
    public static bool IsJsonObject(string answer) => Parse(answer) is JsonObject;

    /// <summary>Whether the answer holds what is needed, and nothing that is wrong. JSON and calls of functions are
    /// compared whole, other answers by their values, without regard to capitals.</summary>
    public bool IsRight(string answer) => Skill switch
    {
        Skill.Extraction => JsonNode.DeepEquals(Parse(answer), Parse(Expected)),
        Skill.Functions when _expectation.Needed.Count > 0 => answer.Trim() == Expected,
        _ => answer.Trim().Length > 0 && _expectation.Needed.All(n => Holds(answer, n))
            && !_expectation.Wrong.Any(w => Holds(answer, w))
            && (_expectation.AnyOf.Count == 0 || _expectation.AnyOf.Any(a => Holds(answer, a)))
            && (!_expectation.KeepsLanguage || IsChinese(answer) == IsChinese(Expected)),
    };

    private static bool IsChinese(string text) => text.Any(c => c is >= '\u4E00' and <= '\u9FFF');

    // A number is not found inside a longer one.
    private static bool Holds(string answer, string value) => value.Length > 0 && value.All(char.IsAsciiDigit)
        ? Regex.IsMatch(answer, $"(?<![0-9]){value}(?![0-9])", RegexOptions.CultureInvariant)
        : answer.Contains(value, StringComparison.OrdinalIgnoreCase);

    private static JsonNode? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text, documentOptions: Strict);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
