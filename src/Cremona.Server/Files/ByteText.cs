using System.Globalization;

namespace Cremona.Server.Files;

/// <summary>Bounds as the platform writes them: <c>512MB</c>, <c>100GB</c>.</summary>
public static class ByteText
{
    private static readonly (long Unit, string Name)[] Units = [(1L << 30, "GB"), (1L << 20, "MB"), (1L << 10, "KB")];

    /// <summary>The largest unit that divides the number; 1024 MB stay 1GB.</summary>
    public static string Format(long bytes)
    {
        foreach ((long unit, string name) in Units)
        {
            if (bytes >= unit && bytes % unit == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{bytes / unit}{name}");
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{bytes}B");
    }
}
