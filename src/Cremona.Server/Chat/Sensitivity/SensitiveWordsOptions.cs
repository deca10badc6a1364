using System.ComponentModel.DataAnnotations;

namespace Cremona.Server.Chat.Sensitivity;

/// <summary>Section <c>SensitiveWords</c>: words that are refused or told in chats.</summary>
public sealed class SensitiveWordsOptions : IValidatableObject
{
    public const string Section = "SensitiveWords";

    private const int CategoryMax = 7;

    /// <summary>Lists, each with <c>Path</c> (UTF-8, a word or phrase in each line), <c>Category</c> (1 severe:
    /// answered 1026 in the input, 1027 in the output; 2 to 7: told by <c>input_sensitive</c> and
    /// <c>output_sensitive</c>), <c>Group</c> (empty: every group), <c>InInput</c> and <c>InOutput</c>. Read at the
    /// start. Default: none.</summary>
    public IList<SensitiveWordList> Lists { get; set; } = [];

    /// <summary>Says which list is wrong and how to mend it.</summary>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach ((int index, SensitiveWordList list) in Lists.Index())
        {
            if (list.Category is < 1 or > CategoryMax)
            {
                yield return new ValidationResult(
                    $"SensitiveWords:Lists:{index}:Category is {list.Category}; give it 1 to {CategoryMax}.");
            }

            if (FindFault(list) is { } fault)
            {
                yield return new ValidationResult(
                    $"SensitiveWords:Lists:{index}:Path is '{list.Path}': {fault}; name a readable UTF-8 file of words.");
            }
        }
    }

    private static string? FindFault(SensitiveWordList list)
    {
        try
        {
            list.ReadWords();
            return null;
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException or UnauthorizedAccessException
            or ArgumentException)
        {
            return fault.Message;
        }
    }
}
