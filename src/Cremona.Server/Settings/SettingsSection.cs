namespace Cremona.Server.Settings;

/// <summary>A section of the configuration that some part of the server reads.</summary>
/// <param name="Name">As it is written, for example <c>Jobs</c>.</param>
internal sealed record SettingsSection(string Name);
