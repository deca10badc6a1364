using System.Collections.Frozen;
using Cremona.Inference.Grammar;
using Microsoft.Extensions.AI;

namespace Cremona.Server.Models;

/// <summary>A grammar as a request gives it.</summary>
/// <param name="Key">Its whole content: equal keys are equal grammars.</param>
/// <param name="Compile">Reads it; throws <see cref="GrammarException"/> when it cannot be held to.</param>
/// <param name="ResponseFormat">The same for other servers; null when they know no such form.</param>
public sealed record GrammarSource(string Key, Func<ByteGrammar> Compile, ChatResponseFormat? ResponseFormat = null)
{
    /// <summary>Keywords of its schema that need not be held to.</summary>
    public IReadOnlySet<string> Relaxed { get; init; } = FrozenSet<string>.Empty;
}
