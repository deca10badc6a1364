using System.ComponentModel;
using System.Reflection;

namespace Cremona.Server.Settings;

/// <summary>Compares what is written in a section with the type that is to hold it. The framework's binder would pass
/// over a name that it does not know, and speak of .NET types where a value is of the wrong kind.</summary>
internal static class SettingsForm
{
    /// <returns>A sentence for each wrong setting below <paramref name="given"/>.</returns>
    public static IEnumerable<string> FindFaults(IConfigurationSection given, Type type)
    {
        if (TypeDescriptor.GetConverter(type) is var converter && converter.CanConvertFrom(typeof(string)))
        {
            return FindFault(given, type, converter) is { } fault ? [fault] : [];
        }

        if (!string.IsNullOrEmpty(given.Value))
        {
            return [$"{given.Path} is '{given.Value}'; it takes several values, each under a name or number of its own."];
        }

        if (ElementOf(type) is { } element)
        {
            return given.GetChildren().SelectMany(child => FindFaults(child, element));
        }

        PropertyInfo[] known = [.. type.GetProperties().Where(property => property.CanWrite)];
        return given.GetChildren().SelectMany(child =>
            known.FirstOrDefault(property => property.Name.Equals(child.Key, StringComparison.OrdinalIgnoreCase))
                is { } property
                ? FindFaults(child, property.PropertyType)
                : [$"{child.Path} is no setting; {given.Path} has {string.Join(", ", known.Select(p => p.Name))}."]);
    }

    private static string? FindFault(IConfigurationSection given, Type type, TypeConverter converter)
    {
        if (given.GetChildren().FirstOrDefault() is { } child)
        {
            return $"{child.Path} is no setting; {given.Path} takes one value.";
        }

        Type? optional = Nullable.GetUnderlyingType(type);
        if (given.Value is null || (given.Value.Length == 0 && optional is not null)) return null;
        try
        {
            object? value = converter.ConvertFromInvariantString(given.Value);
            return value is Enum && !Enum.IsDefined(value.GetType(), value) ? WrongKind(given, optional ?? type) : null;
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException or OverflowException)
        {
            return WrongKind(given, optional ?? type);
        }
    }

    private static string WrongKind(IConfigurationSection given, Type type) =>
        $"{given.Path} is '{given.Value}'; it must be {Kind(type)}.";

    private static string Kind(Type type)
    {
        if (type == typeof(bool)) return "true or false";
        if (type == typeof(TimeSpan)) return "a span of time such as 00:05:00 or 7.00:00:00";
        if (type == typeof(double) || type == typeof(float)) return "a number";
        if (type.IsEnum) return $"one of {string.Join(", ", Enum.GetNames(type))}";
        return type == typeof(int) ? $"a whole number of at most {int.MaxValue}" : "a whole number";
    }

    /// <summary>What a list or a dictionary by name holds.</summary>
    private static Type? ElementOf(Type type)
    {
        IEnumerable<Type> faces = type.GetInterfaces().Append(type).Where(face => face.IsGenericType);
        return Find(typeof(IDictionary<,>))?.GenericTypeArguments[1]
            ?? Find(typeof(IEnumerable<>))?.GenericTypeArguments[0];

        Type? Find(Type generic) => faces.FirstOrDefault(face => face.GetGenericTypeDefinition() == generic);
    }
}
