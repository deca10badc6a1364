using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;

namespace Cremona.Server.Edge;

/// <summary>The parameters of a request, merged from query and JSON body; the query wins. Null, <c>""</c> and 0 of an
/// optional scalar mean "not set"; integers may be numeric strings or integral floats. Handlers take it as a
/// parameter.</summary>
public sealed class RequestParameters
{
    private static readonly JsonDocument EmptyDocument = JsonDocument.Parse("{}");

    private readonly IQueryCollection _query;

    /// <param name="path">Of an object inside of a body, with a point at its end: <c>reply_constraints.</c>.</param>
    public RequestParameters(IQueryCollection query, JsonElement body, string path = "")
    {
        _query = query;
        Body = body;
        Path = path;
    }

    /// <summary>What errors put before the name of a parameter.</summary>
    public string Path { get; }

    /// <summary>The body of a request that has none.</summary>
    public static JsonElement EmptyBody => EmptyDocument.RootElement;

    /// <summary>The JSON body, an empty object when there was none. Already lenient: strict JSON after
    /// reading.</summary>
    public JsonElement Body { get; }

    /// <summary>Lets minimal APIs bind a handler's parameter of this type; the door has read the body before.</summary>
    public static ValueTask<RequestParameters> BindAsync(HttpContext context) =>
        ValueTask.FromResult(context.Features.GetRequiredFeature<RequestParameters>());

    /// <summary>The text of a parameter, or null when it is not set. Numbers give their digits.</summary>
    public string? FindString(string name)
    {
        if (FindInQuery(name) is { } given)
        {
            return given;
        }

        if (!Body.TryGetProperty(name, out JsonElement value))
        {
            return null;
        }

        return value.ValueKind switch
        {
            JsonValueKind.Null or JsonValueKind.Undefined => null,
            JsonValueKind.String => value.GetString() is { Length: > 0 } text ? text : null,
            JsonValueKind.Number => value.GetRawText(),
            _ => throw ApiException.WrongType(Path + name),
        };
    }

    /// <exception cref="ApiException">2013 when it is not set.</exception>
    public string GetString(string name) => FindString(name) ?? throw ApiException.Missing(Path + name);

    /// <summary>An integer, or null when it is not set (0 included: Go zero values mean "absent").</summary>
    public long? FindInteger(string name) => FindIntegerOrZero(name) is { } value && value != 0 ? value : null;

    /// <summary>An integer, 0 included, or null when it is missing, null or empty.</summary>
    public long? FindIntegerOrZero(string name)
    {
        string? text = FindString(name);
        if (text is null)
        {
            return null;
        }

        return IntegerText.TryParse(text, out long value) ? value : throw ApiException.WrongType(Path + name);
    }

    /// <exception cref="ApiException">2013 when it is not set.</exception>
    public long GetInteger(string name) => FindIntegerOrZero(name) ?? throw ApiException.Missing(Path + name);

    /// <summary>A number, or null when it is not set (0 included: Go zero values mean "absent").</summary>
    public double? FindNumber(string name) => FindNumberOrZero(name) is { } value && value != 0 ? value : null;

    /// <summary>A number, 0 included, or null when it is missing, null or empty.</summary>
    public double? FindNumberOrZero(string name)
    {
        string? text = FindString(name);
        if (text is null)
        {
            return null;
        }

        bool isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value);
        return isNumber && double.IsFinite(value)
            ? value
            : throw ApiException.WrongType(Path + name);
    }

    /// <summary>A boolean, as <c>true</c>, <c>"true"</c>, <c>"1"</c> or their opposites, or null when it is not
    /// set.</summary>
    public bool? FindBoolean(string name)
    {
        if (FindElement(name) is { ValueKind: JsonValueKind.True or JsonValueKind.False } value
            && FindInQuery(name) is null)
        {
            return value.GetBoolean();
        }

        return FindString(name)?.ToLowerInvariant() switch
        {
            null => null,
            "true" or "1" => true,
            "false" or "0" => false,
            _ => throw ApiException.WrongType(Path + name),
        };
    }

    /// <summary>A value of the body as it is, or null when it is missing or null.</summary>
    public JsonElement? FindElement(string name) =>
        Body.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>The parameters of a nested object; all unset when it is missing.</summary>
    /// <exception cref="ApiException">2013 when it is there but no object.</exception>
    public RequestParameters GetObject(string name) => FindElement(name) switch
    {
        null => new RequestParameters(QueryCollection.Empty, EmptyBody, $"{Path}{name}."),
        { ValueKind: JsonValueKind.Object } value =>
            new RequestParameters(QueryCollection.Empty, value, $"{Path}{name}."),
        _ => throw ApiException.WrongType(Path + name),
    };

    private string? FindInQuery(string name) =>
        _query.TryGetValue(name, out var values) && values[^1] is { Length: > 0 } text ? text : null;
}
