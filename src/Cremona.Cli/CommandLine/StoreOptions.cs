using System.CommandLine;
using System.Text.RegularExpressions;
using Cremona.Server.Storage;

namespace Cremona.Cli.CommandLine;

/// <summary>Which store a command works on: the data folder, and any setting of the server.</summary>
internal sealed partial class StoreOptions
{
    private readonly Option<string?> _data = new("--data")
    {
        Description = $"The data folder. Default: {new StorageOptions().DataFolder} in the working folder",
        HelpName = "DIR",
    };

    private readonly Option<string[]> _settings = new("--set")
    {
        Description = "A setting of the server, for example --set Storage:FreeDiskBytesMin=0; may be repeated",
        HelpName = "Section:Name=value",
    };

    public StoreOptions() => _settings.Validators.Add(result =>
    {
        foreach (string setting in result.GetValue(_settings)!.Where(setting => !IsSetting().IsMatch(setting)))
        {
            result.AddError($"--set {setting}: a setting has the form Section:Name=value");
        }
    });

    public void AddTo(Command command)
    {
        command.Add(_data);
        command.Add(_settings);
    }

    public string DataFolder(ParseResult line) =>
        Path.GetFullPath(line.GetValue(_data) ?? new StorageOptions().DataFolder);

    /// <summary>The same choices as arguments of the server.</summary>
    public IEnumerable<string> ToServerArguments(ParseResult line) =>
        [$"--data={DataFolder(line)}", .. (line.GetValue(_settings) ?? []).Select(setting => $"--{setting}")];

    [GeneratedRegex("^(urls|[^:=]+:[^=]+)=")]
    private static partial Regex IsSetting();
}
