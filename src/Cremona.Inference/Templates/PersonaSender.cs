namespace Cremona.Inference.Templates;

/// <summary>The platform's kinds of senders.</summary>
public enum PersonaSender
{
    User,
    Bot,

    /// <summary>The result of a function that a bot called.</summary>
    Function,
}
