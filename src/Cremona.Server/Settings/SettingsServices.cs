using Microsoft.Extensions.Options;

namespace Cremona.Server.Settings;

/// <summary>Binds options to their section of the configuration. What is unknown there, of the wrong kind or out of
/// range ends the start with an <see cref="OptionsValidationException"/> that names each such setting.</summary>
internal static class SettingsServices
{
    /// <summary>Sections that belong to the framework.</summary>
    private static readonly string[] Foreign = ["Logging", "Kestrel"];

    public static OptionsBuilder<T> AddSettings<T>(this IServiceCollection services, string section)
        where T : class
    {
        services.AddSingleton(new SettingsSection(section));
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

    /// <summary>Refuses sections that no part of the server reads.</summary>
    /// <exception cref="OptionsValidationException">There is such a section.</exception>
    public static void RefuseUnknownSections(this IServiceProvider services)
    {
        string[] known = [.. services.GetServices<SettingsSection>().Select(section => section.Name).Order()];
        Refuse<SettingsSection>(
            from section in services.GetRequiredService<IConfiguration>().GetChildren()
            where section.GetChildren().Any()
            where !known.Concat(Foreign).Contains(section.Key, StringComparer.OrdinalIgnoreCase)
            select $"{section.GetChildren().First().Path} is no setting: the sections are {string.Join(", ", known)}");
    }

    private static void Refuse<T>(IEnumerable<string> faults)
    {
        string[] all = [.. faults];
        if (all.Length > 0) throw new OptionsValidationException(typeof(T).Name, typeof(T), all);
    }
}
