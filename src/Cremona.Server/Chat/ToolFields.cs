using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Cremona.Inference.Templates;
using Cremona.Server.Edge;
using Cremona.Server.Edge.Json;

namespace Cremona.Server.Chat;

/// <summary>Reads functions that a request offers and calls of them in its messages, in the forms that clients
/// send.</summary>
internal static partial class ToolFields
{
    private const int DepthMax = 64;
    private const string PluginPrefix = "plugin_";

    private static readonly JsonElement NoParameters = JsonElement.Parse("""{"type":"object","properties":{}}""");

    /// <summary>The functions of a list.</summary>
    /// <param name="functions">Each with <c>name</c>, <c>description</c> and <c>parameters</c>.</param>
    /// <param name="field">Of the list, for errors.</param>
    /// <exception cref="ApiException">2013: one is malformed, or there are too many.</exception>
    public static IReadOnlyList<ChatTool> ReadFunctions(
        IReadOnlyList<RequestParameters> functions, string field, int functionsMax)
    {
        if (functions.Count > functionsMax)
        {
            throw ApiException.InvalidParameters(
                $"{field} has {functions.Count} functions, at most {functionsMax} are read; leave some out");
        }

        ChatTool[] tools = [.. functions.Select(ReadFunction)];
        string? twin = tools.GroupBy(tool => tool.Name).FirstOrDefault(group => group.Count() > 1)?.Key;
        return twin is null
            ? tools
            : throw ApiException.InvalidParameters($"{field} has two functions named {twin}; give them different names");
    }

    /// <summary>A function among those that are offered.</summary>
    /// <exception cref="ApiException">2013: it is not among them.</exception>
    public static string RequireOffered(string name, IReadOnlyList<ChatTool> tools, string path, string field) =>
        tools.Any(tool => tool.Name == name)
            ? name
            : throw ApiException.InvalidParameters($"{path} must be the name of one of {field}: {name}");

    /// <summary>A call in a message, with <c>name</c> and <c>arguments</c>, which may be a JSON text, an object or
    /// missing.</summary>
    /// <param name="id">By which results name it, or null.</param>
    /// <exception cref="ApiException">2013: it is malformed.</exception>
    public static ToolCall ReadCall(RequestParameters call, string? id)
    {
        string name = call.GetString("name");
        if (call.FindElement("arguments") is not { } arguments || IsEmptyText(arguments))
        {
            return new ToolCall(name, RequestParameters.EmptyBody, id);
        }

        // The documented text, which names the call by its id.
        string place = id is null ? call.Path + "arguments" : $"tool_call_id: {id}";
        return new ToolCall(
            name,
            FindObject(arguments)
            ?? throw ApiException.InvalidParameters($"invalid function arguments json string, {place}"),
            id);
    }

    private static ChatTool ReadFunction(RequestParameters function)
    {
        string name = function.GetString("name");
        if (!FunctionName().IsMatch(name))
        {
            throw ApiException.InvalidParameters(
                $"{function.Path}name must be 1 to 64 letters, digits, - and _: {name}");
        }

        if (name.StartsWith(PluginPrefix, StringComparison.Ordinal))
        {
            throw ApiException.InvalidParameters($"{function.Path}name must not begin with {PluginPrefix}: {name}");
        }

        return new ChatTool(name, function.FindString("description"), ReadParameters(function));
    }

    private static JsonElement ReadParameters(RequestParameters function)
    {
        if (function.FindElement("parameters") is not { } parameters || IsEmptyText(parameters))
        {
            return NoParameters;
        }

        if (parameters.ValueKind == JsonValueKind.Object
            && parameters.TryGetProperty("parameters_str", out JsonElement text))
        {
            parameters = text;
        }

        return FindObject(parameters) ?? throw ApiException.InvalidParameters(
            $"{function.Path}parameters must be a JSON schema of type object, or its text");
    }

    /// <summary>A JSON object, or the one that a text spells.</summary>
    private static JsonElement? FindObject(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            try
            {
                using JsonDocument document = LenientJson.Parse(Encoding.UTF8.GetBytes(value.GetString()!), DepthMax);
                value = document.RootElement.Clone();
            }
            catch (JsonFaultException)
            {
                return null;
            }
        }

        return value.ValueKind == JsonValueKind.Object ? value : null;
    }

    private static bool IsEmptyText(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && string.IsNullOrWhiteSpace(value.GetString());

    [GeneratedRegex("^[a-zA-Z0-9_-]{1,64}\\z")]
    private static partial Regex FunctionName();
}
