namespace Cremona.Inference.Grammar.Lexemes;

/// <summary>The characters that leave a state as it is.</summary>
/// <param name="Low">A bit for each ASCII character below 64.</param>
/// <param name="High">A bit for each from 64 on.</param>
/// <param name="HasOthers">All characters that are not ASCII.</param>
internal readonly record struct LexemeLoop(ulong Low, ulong High, bool HasOthers);
