using Cremona.Inference.Grammar;

namespace Cremona.Server.Models;

/// <summary>A grammar as a request gives it.</summary>
/// <param name="Key">Its whole content: equal keys are equal grammars.</param>
/// <param name="Compile">Reads it; throws <see cref="GrammarException"/> when it cannot be held to.</param>
public sealed record GrammarSource(string Key, Func<ByteGrammar> Compile);
