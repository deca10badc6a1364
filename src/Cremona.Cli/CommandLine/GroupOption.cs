using System.CommandLine;

namespace Cremona.Cli.CommandLine;

/// <summary><c>--group</c>: a group by its number.</summary>
internal static class GroupOption
{
    public static Option<string?> Create(string description, bool isRequired)
    {
        Option<string?> option = new("--group") { Description = description, Required = isRequired };
        option.Validators.Add(result =>
        {
            string group = result.GetValue(option) ?? "";
            if (group.Length is 0 or > 19 || !group.All(char.IsAsciiDigit))
            {
                result.AddError($"--group {group}: a group is 1 to 19 digits, like 1684765387");
            }
        });
        return option;
    }
}
