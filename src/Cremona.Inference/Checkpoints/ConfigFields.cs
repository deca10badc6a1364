using System.Text.Json;

namespace Cremona.Inference.Checkpoints;

/// <summary>Fields of a JSON configuration; each fault names its field. Null counts as not set.</summary>
internal sealed class ConfigFields
{
    private readonly JsonElement _root;
    private readonly string _path;

    public ConfigFields(JsonElement root, string path = "")
    {
        _root = root.ValueKind == JsonValueKind.Object
            ? root
            : throw new InvalidDataException($"{(path.Length == 0 ? "the configuration" : path)} is not a JSON object");
        _path = path.Length == 0 ? "" : $"{path}.";
    }

    /// <summary>Of the fields that are set.</summary>
    public IEnumerable<string> Names => _root.EnumerateObject().Select(member => member.Name).Where(IsSet);

    /// <summary>The whole name of a field, for faults.</summary>
    public string PathOf(string name) => _path + name;

    public bool IsNull(string name) =>
        _root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Null;

    public ConfigFields? FindObject(string name) =>
        Find(name) is { } value ? new ConfigFields(value, _path + name) : null;

    /// <summary>A list of texts, or null when it is not set.</summary>
    public string[]? FindTexts(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Array } list when list.EnumerateArray().All(
            item => item.ValueKind == JsonValueKind.String) =>
            [.. list.EnumerateArray().Select(item => item.GetString()!)],
        _ => throw new InvalidDataException($"{_path}{name} is no list of texts"),
    };

    public bool IsSet(string name) => Find(name) is not null;

    /// <summary>Set to something other than an empty list or object.</summary>
    public bool IsSetAndNotEmpty(string name) => Find(name) is { } value && value.ValueKind switch
    {
        JsonValueKind.Array => value.GetArrayLength() > 0,
        JsonValueKind.Object => value.EnumerateObject().Any(),
        _ => true,
    };

    /// <summary>Both are set and hold the same JSON.</summary>
    public bool AreEqual(string first, string second) =>
        Find(first) is { } one && Find(second) is { } other && JsonElement.DeepEquals(one, other);

    /// <summary>A required size from 1 to <paramref name="max"/>.</summary>
    public int Size(string name, int max) => FindSize(name, max) ?? throw new InvalidDataException($"{_path}{name} is missing");

    public int? FindSize(string name, int max)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int size) && size >= 1 && size <= max
            ? size
            : throw new InvalidDataException($"{_path}{name} is {value.GetRawText()}; expected an integer from 1 to {max}");
    }

    public double Number(string name, double defaultValue) => FindNumber(name) ?? defaultValue;

    public double? FindNumber(string name)
    {
        if (Find(name) is not { } value) return null;

        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number)
            && double.IsFinite(number)
            ? number
            : throw new InvalidDataException($"{_path}{name} is {value.GetRawText()}; expected a number");
    }

    public bool Flag(string name, bool defaultValue) => Find(name) switch
    {
        null => defaultValue,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } value => throw new InvalidDataException($"{_path}{name} is {value.GetRawText()}; expected true or false"),
    };

    public string? FindString(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value => value.GetString(),
        { } value => throw new InvalidDataException($"{_path}{name} is {value.GetRawText()}; expected a text"),
    };

    /// <summary>The first text of a required list.</summary>
    public string FirstString(string name) =>
        Find(name) is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() > 0
            && list[0].ValueKind == JsonValueKind.String
            ? list[0].GetString()!
            : throw new InvalidDataException($"{_path}{name} is missing or no list of texts");

    private JsonElement? Find(string name) =>
        _root.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
