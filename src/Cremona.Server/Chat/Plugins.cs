namespace Cremona.Server.Chat;

/// <summary>The functions that the server calls itself.</summary>
internal static class Plugins
{
    /// <summary>No other function's name begins with it.</summary>
    public const string Prefix = "plugin_";
}
