namespace Cremona.Server.Models;

/// <summary>The platform's three chat interfaces; the OpenAI-shaped one counts as the third.</summary>
[Flags]
public enum ChatSurfaces
{
    None = 0,

    /// <summary><c>/v1/text/chatcompletion</c>.</summary>
    Completion = 1,

    /// <summary><c>/v1/text/chatcompletion_pro</c>.</summary>
    Pro = 2,

    /// <summary><c>/v1/text/chatcompletion_v2</c> and <c>/v1/chat/completions</c>.</summary>
    V2 = 4,

    All = Completion | Pro | V2,
}
