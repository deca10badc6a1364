namespace Cremona.Inference.Grammar;

/// <summary>In which order the named members of an object are written.</summary>
public enum MemberOrder
{
    /// <summary>As the schema lists them, members of other names last. Much of the text is forced then.</summary>
    Listed,

    /// <summary>In any.</summary>
    Free,
}
