using Cremona.Server.Storage;

namespace Cremona.Server.Edge;

/// <summary>Where settings come from, later ones win: <c>appsettings.json</c> beside the program, <c>cremona.json</c>
/// and <c>models.json</c> (written by <c>cremona models add</c>) in the data folder, environment variables
/// <c>CREMONA_Section__Name</c>, the command line.</summary>
public static class SettingSources
{
    private static readonly Dictionary<string, string> Switches = new()
    {
        ["--data"] = $"{StorageOptions.Section}:{nameof(StorageOptions.DataFolder)}",
    };

    public static ConfigurationManager AddSettings(this ConfigurationManager configuration, string[] args)
    {
        string dataFolder = new ConfigurationBuilder().AddCaller(args).Build()[Switches["--data"]]
            ?? new StorageOptions().DataFolder;
        configuration.Sources.Clear();
        configuration.AddInMemoryCollection([new("urls", EdgeOptions.DefaultUrl)]);
        configuration.AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true);
        configuration.AddJsonFile(Path.GetFullPath(Path.Combine(dataFolder, "cremona.json")), optional: true);
        configuration.AddJsonFile(Path.GetFullPath(Path.Combine(dataFolder, "models.json")), optional: true);
        configuration.AddCaller(args);
        return configuration;
    }

    private static T AddCaller<T>(this T configuration, string[] args)
        where T : IConfigurationBuilder
    {
        configuration.AddEnvironmentVariables("CREMONA_");
        configuration.AddCommandLine(args, Switches);
        return configuration;
    }
}
