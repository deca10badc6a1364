using System.Text.Json;

namespace Cremona.Training.Data;

/// <summary>Reads the fields of a row; faults name them. Null means "not set".</summary>
internal static class RowFields
{
    /// <summary>A text that must be there and not be empty.</summary>
    /// <param name="path">Of the parent, for the fault; empty for the row itself.</param>
    public static string ReadText(JsonElement parent, string name, string path) =>
        FindText(parent, name, path) is { Length: > 0 } text
            ? text
            : throw new TrainingRowException($"{PathOf(path, name)} must be a non-empty string");

    public static string? FindText(JsonElement parent, string name, string path)
    {
        if (!IsSet(parent, name)) return null;
        JsonElement value = parent.GetProperty(name);
        string shown = PathOf(path, name);
        if (value.ValueKind != JsonValueKind.String) throw new TrainingRowException($"{shown} must be a string");
        RequireCharacters(value, shown);
        return value.GetString();
    }

    /// <summary>A list of objects that must be there and not be empty.</summary>
    public static JsonElement[] ReadList(JsonElement row, string name) =>
        row.TryGetProperty(name, out JsonElement list) && list.ValueKind == JsonValueKind.Array
            && FindList(row, name, "") is { Length: > 0 } items
            ? items
            : throw new TrainingRowException($"{name} must be a non-empty array");

    /// <summary>A list of objects; empty where it is not set.</summary>
    public static JsonElement[] FindList(JsonElement parent, string name, string path)
    {
        if (!IsSet(parent, name)) return [];
        JsonElement list = parent.GetProperty(name);
        string shown = PathOf(path, name);
        if (list.ValueKind != JsonValueKind.Array) throw new TrainingRowException($"{shown} must be an array");
        foreach ((int index, JsonElement item) in list.EnumerateArray().Index())
        {
            if (item.ValueKind != JsonValueKind.Object)
                throw new TrainingRowException($"{shown}[{index}] must be an object");
        }

        return [.. list.EnumerateArray()];
    }

    /// <summary>An object that must be there.</summary>
    public static JsonElement ReadObject(JsonElement parent, string name, string path) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Object
            ? value
            : throw new TrainingRowException($"{PathOf(path, name)} must be an object");

    /// <summary>All texts in a value are Unicode; the JSON parser lets others through.</summary>
    public static void RequireCharacters(JsonElement value, string shown)
    {
        try
        {
            ReadAllTexts(value);
        }
        catch (InvalidOperationException)
        {
            throw new TrainingRowException($"{shown} holds half of a surrogate pair, which is no character");
        }
    }

    public static bool IsSet(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null;

    private static void ReadAllTexts(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                value.GetString();
                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in value.EnumerateArray()) ReadAllTexts(item);
                break;
            case JsonValueKind.Object:
                foreach (JsonProperty member in value.EnumerateObject())
                {
                    _ = member.Name;
                    ReadAllTexts(member.Value);
                }

                break;
        }
    }

    private static string PathOf(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
