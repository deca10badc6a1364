using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.Extensions.Options;

namespace Cremona.Server.Settings;

/// <summary>Checks options by their annotations and names a wrong one as it stands in the configuration.</summary>
internal sealed class SettingsRanges<T>(string section) : IValidateOptions<T>
    where T : class
{
    public ValidateOptionsResult Validate(string? name, T options)
    {
        string[] faults = [.. FindFaults(options)];
        return faults.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private IEnumerable<string> FindFaults(T options)
    {
        foreach (PropertyInfo property in typeof(T).GetProperties())
        {
            object? value = property.GetValue(options);
            string path = $"{section}:{property.Name}";
            foreach (ValidationAttribute rule in property.GetCustomAttributes<ValidationAttribute>())
            {
                if (rule is RangeAttribute range && !range.IsValid(value))
                {
                    yield return FormattableString.Invariant(
                        $"{path} is {value}; it must be between {range.Minimum} and {range.Maximum}.");
                }
                else if (!rule.IsValid(value))
                {
                    yield return rule.FormatErrorMessage(path);
                }
            }
        }

        IEnumerable<ValidationResult> others =
            options is IValidatableObject whole ? whole.Validate(new ValidationContext(options)) : [];
        foreach (ValidationResult other in others) yield return other.ErrorMessage!;
    }
}
