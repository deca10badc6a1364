using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Cremona.Inference.Tokenizers;

/// <summary>A JSON value that knows its path, so that every fault says where it is.</summary>
internal sealed class TokenizerElement(string path, JsonElement value, string name = "")
{
    /// <summary>Ids are below this.</summary>
    public const int IdCountMax = 1 << 21;

    /// <summary>The member's name where the value was found by <see cref="Members"/>.</summary>
    public string Name => name;

    public bool IsText => value.ValueKind == JsonValueKind.String;

    public TokenizerElement Get(string key) =>
        TryGet(key, out TokenizerElement? member) ? member : throw Fault($"has no '{key}'");

    /// <summary>False when the member is missing or null.</summary>
    public bool TryGet(string key, [NotNullWhen(true)] out TokenizerElement? member)
    {
        if (value.ValueKind != JsonValueKind.Object) throw Fault("is not an object");
        bool isSet = value.TryGetProperty(key, out JsonElement found) && found.ValueKind != JsonValueKind.Null;
        member = isSet ? new TokenizerElement(PathOf(key), found) : null;
        return isSet;
    }

    /// <summary>A flag, false when it is missing.</summary>
    public bool Flag(string key)
    {
        if (!TryGet(key, out TokenizerElement? flag)) return false;
        return flag.IsTrue() ?? throw flag.Fault("is neither true nor false");
    }

    public string Text() => IsText ? value.GetString()! : throw Fault("is not a text");

    public int Integer() =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number)
            ? number
            : throw Fault("is not an integer");

    public IEnumerable<TokenizerElement> Items()
    {
        if (value.ValueKind != JsonValueKind.Array) throw Fault("is not an array");
        return value.EnumerateArray().Select((item, index) => new TokenizerElement($"{path}[{index}]", item));
    }

    public IEnumerable<TokenizerElement> Members()
    {
        if (value.ValueKind != JsonValueKind.Object) throw Fault("is not an object");
        return value.EnumerateObject()
            .Select(m => new TokenizerElement(PathOf(m.Name), m.Value, m.Name));
    }

    public InvalidDataException Fault(string what) => new($"{(path.Length == 0 ? "the file" : path)} {what}");

    private bool? IsTrue() => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private string PathOf(string key) => path.Length == 0 ? key : $"{path}.{key}";
}
