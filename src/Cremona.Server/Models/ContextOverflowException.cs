using System.Globalization;

namespace Cremona.Server.Models;

/// <summary>Prompt and wanted output do not fit into the model's context. Nothing is ever cut to make them
/// fit.</summary>
public sealed class ContextOverflowException(int promptTokens, int outputTokens, int contextTokens) : Exception(
    string.Create(
        CultureInfo.InvariantCulture,
        $"{promptTokens} prompt tokens and {outputTokens} output tokens exceed the context of {contextTokens} tokens"))
{
    public int PromptTokens => promptTokens;

    /// <summary>At least 1: a prompt that fills the context overflows too.</summary>
    public int OutputTokens => outputTokens;

    public int ContextTokens => contextTokens;
}
