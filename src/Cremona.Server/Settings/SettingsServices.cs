using Microsoft.Extensions.Options;

namespace Cremona.Server.Settings;

/// <summary>Binds options to their section of the configuration. What is unknown there, of the wrong kind or out of
/// range ends the start with an <see cref="OptionsValidationException"/> that names each such setting.</summary>
internal static class SettingsServices
{
    /// <summary>Of the server and its workers; each reads some of them.</summary>
    private static readonly string[] Sections =
    [
        "CallLimits", "Chat", "Edge", "Engine", "Files", "FineTuning", "Jobs", "Ledger", "Models", "SensitiveWords",
        "Storage", "Telemetry", "WebSearch",
    ];

    /// <summary>Of the framework.</summary>
    private static readonly string[] ForeignSections = ["Logging", "Kestrel", "Metrics"];

    public static OptionsBuilder<T> AddSettings<T>(this IServiceCollection services, string section)
        where T : class
    {
        services.AddSingleton<IValidateOptions<T>>(new SettingsRanges<T>(section));
        return services.AddOptions<T>()
            .Configure<IConfiguration>((options, configuration) =>
            {
                IConfigurationSection given = configuration.GetSection(section);
                Refuse<T>(SettingsForm.FindFaults(given, typeof(T)));
                given.Bind(options);
            })
            .ValidateOnStart();
    }

    /// <summary>Refuses sections that nobody reads.</summary>
    /// <exception cref="OptionsValidationException">There is such a section.</exception>
    public static void RefuseUnknownSections(this ConfigurationManager configuration) => Refuse<IConfiguration>(
        from section in configuration.GetChildren()
        where section.GetChildren().Any()
        where !Sections.Concat(ForeignSections).Contains(section.Key, StringComparer.OrdinalIgnoreCase)
        select $"{section.GetChildren().First().Path} is no setting: the sections are {string.Join(", ", Sections)}.");

    private static void Refuse<T>(IEnumerable<string> faults)
    {
        string[] all = [.. faults];
        if (all.Length > 0) throw new OptionsValidationException(typeof(T).Name, typeof(T), all);
    }
}
