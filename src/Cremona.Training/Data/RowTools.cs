using System.Collections.Frozen;
using System.Text.Json;
using Cremona.Inference.Grammar;
using Cremona.Inference.Templates;

namespace Cremona.Training.Data;

/// <summary>The functions that a row offers: <c>tools</c> as OpenAI has them, or <c>functions</c> of ChatCompletion
/// Pro; and the calls of them in its messages. What a call says is what serving would let the model say.</summary>
internal sealed class RowTools
{
    private const int NameLengthMax = 64;
    private const int FaultLengthMax = 80;
    private const string PluginPrefix = "plugin_";

    private static readonly JsonElement NoParameters = JsonElement.Parse("""{"type":"object","properties":{}}""");

    private readonly Dictionary<string, JsonElement> _parameters = new(StringComparer.Ordinal);
    private readonly List<ChatTool> _tools = [];
    private readonly KnownParameters _known;
    private readonly IReadOnlySet<string> _relaxed;

    /// <param name="row">The row.</param>
    /// <param name="known">Of the rows before.</param>
    /// <exception cref="TrainingRowException">A function is faulty.</exception>
    public RowTools(JsonElement row, KnownParameters known)
    {
        _known = known;
        _relaxed = FindRelaxed(row);
        foreach ((int index, JsonElement tool) in RowFields.FindList(row, "tools", "").Index())
        {
            string path = $"tools[{index}]";
            RequireFunction(tool, path);
            Add(RowFields.ReadObject(tool, "function", path), $"{path}.function");
        }

        foreach ((int index, JsonElement function) in RowFields.FindList(row, "functions", "").Index())
            Add(function, $"functions[{index}]");
    }

    public IReadOnlyList<ChatTool> Tools => _tools;

    /// <summary>The calls that an answer makes.</summary>
    /// <param name="message">With <c>tool_calls</c>, <c>function_call</c> or neither.</param>
    /// <param name="path">Of the message.</param>
    /// <exception cref="TrainingRowException">One is faulty, or calls what the row does not offer.</exception>
    public IReadOnlyList<ToolCall> ReadCalls(JsonElement message, string path)
    {
        List<ToolCall> calls = [];
        foreach ((int index, JsonElement call) in RowFields.FindList(message, "tool_calls", path).Index())
        {
            string place = $"{path}.tool_calls[{index}]";
            RequireFunction(call, place);
            calls.Add(ReadCall(
                RowFields.ReadObject(call, "function", place), $"{place}.function", RowFields.FindText(call, "id", place)));
        }

        if (HasFunctionCall(message, path))
            calls.Add(ReadCall(message.GetProperty("function_call"), $"{path}.function_call", id: null));
        return calls;
    }

    /// <summary>A message of somebody who can make no calls has none.</summary>
    /// <exception cref="TrainingRowException">It has.</exception>
    public static void RefuseCalls(JsonElement message, string path, string reason)
    {
        if (RowFields.FindList(message, "tool_calls", path).Length > 0)
            throw new TrainingRowException($"{path}.tool_calls: {reason}");
        if (HasFunctionCall(message, path)) throw new TrainingRowException($"{path}.function_call: {reason}");
    }

    private static bool HasFunctionCall(JsonElement message, string path) =>
        RowFields.IsSet(message, "function_call")
        && RowFields.ReadObject(message, "function_call", path).EnumerateObject().Any();

    private void Add(JsonElement function, string path)
    {
        string name = RowFields.ReadText(function, "name", path);
        if (name.Length > NameLengthMax || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            throw new TrainingRowException($"{path}.name must be 1 to {NameLengthMax} letters, digits, - and _");
        if (name.StartsWith(PluginPrefix, StringComparison.Ordinal))
            throw new TrainingRowException($"{path}.name must not begin with {PluginPrefix}");
        JsonElement parameters = ReadParameters(function, path);
        try
        {
            _known.Get(parameters, _relaxed);
            if (!_parameters.TryAdd(name, parameters))
                throw new TrainingRowException($"{path}.name {name} is the name of another function too");
        }
        catch (GrammarException fault)
        {
            throw new TrainingRowException(
                $"{path}.parameters, {fault.Message}; change the schema or name the keyword in relaxed_keywords");
        }

        _tools.Add(new ChatTool(name, RowFields.FindText(function, "description", path), parameters.Clone()));
    }

    private ToolCall ReadCall(JsonElement call, string path, string? id)
    {
        string name = RowFields.ReadText(call, "name", path);
        if (!_parameters.TryGetValue(name, out JsonElement parameters))
            throw new TrainingRowException($"{path}.name must be one of the functions that the row offers");
        JsonElement arguments = FindObject(call, "arguments", path) ?? JsonElement.Parse("{}");
        try
        {
            ToolArguments known = _known.Get(parameters, _relaxed);
            JsonElement ordered = known.Order(arguments);
            return known.FindFault(ordered) is not { } fault
                ? new ToolCall(name, ordered, id)
                : throw new TrainingRowException(
                    $"{path}.arguments do not meet the parameters of {name}, which do not allow the end of: {EndOf(fault)}");
        }
        catch (GrammarException fault)
        {
            throw new TrainingRowException($"{path}.arguments cannot be held to the parameters of {name}: {fault.Message}");
        }
    }

    private static string EndOf(string text) => text.Length <= FaultLengthMax ? text : "…" + text[^FaultLengthMax..];

    private static JsonElement ReadParameters(JsonElement function, string path)
    {
        JsonElement parameters = FindObject(function, "parameters", path) ?? NoParameters;
        return RowFields.IsSet(parameters, "parameters_str")
            ? FindObject(parameters, "parameters_str", $"{path}.parameters") ?? NoParameters
            : parameters;
    }

    /// <summary>An object, or the one that a text spells; null where there is none, or no text.</summary>
    private static JsonElement? FindObject(JsonElement parent, string name, string path)
    {
        if (!RowFields.IsSet(parent, name)) return null;
        JsonElement value = parent.GetProperty(name);
        if (value.ValueKind == JsonValueKind.String)
        {
            string text = RowFields.FindText(parent, name, path)!;
            if (string.IsNullOrWhiteSpace(text)) return null;
            try
            {
                value = JsonElement.Parse(text);
            }
            catch (JsonException)
            {
                throw NoObject(name, path);
            }
        }

        if (value.ValueKind != JsonValueKind.Object) throw NoObject(name, path);
        RowFields.RequireCharacters(value, $"{path}.{name}");
        return value;
    }

    private static TrainingRowException NoObject(string name, string path) =>
        new($"{path}.{name} must be a json object, or the text of one");

    private static void RequireFunction(JsonElement tool, string path)
    {
        if (RowFields.FindText(tool, "type", path) is { } type and not "function")
            throw new TrainingRowException($"{path}.type must be function, not {type}");
    }

    private static FrozenSet<string> FindRelaxed(JsonElement row)
    {
        if (!RowFields.IsSet(row, "relaxed_keywords")) return FrozenSet<string>.Empty;
        JsonElement keywords = row.GetProperty("relaxed_keywords");
        RowFields.RequireCharacters(keywords, "relaxed_keywords");
        return keywords.ValueKind == JsonValueKind.Array
            && keywords.EnumerateArray().All(keyword => keyword.ValueKind == JsonValueKind.String)
            ? keywords.EnumerateArray().Select(keyword => keyword.GetString()!).ToFrozenSet()
            : throw new TrainingRowException("relaxed_keywords must be an array of strings");
    }
}
