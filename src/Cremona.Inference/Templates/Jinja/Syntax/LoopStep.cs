namespace Cremona.Inference.Templates.Jinja.Syntax;

/// <summary>How it goes on after a statement.</summary>
internal enum LoopStep
{
    /// <summary>With the next one.</summary>
    Next,

    /// <summary>With the next round of the loop (<c>continue</c>).</summary>
    Continue,

    /// <summary>Behind the loop (<c>break</c>).</summary>
    Break,
}
