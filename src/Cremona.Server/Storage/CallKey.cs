namespace Cremona.Server.Storage;

/// <summary>What calls are counted by.</summary>
/// <param name="Operation">The interface, for example <c>chatcompletion_pro</c>.</param>
/// <param name="Model">The name that was asked for.</param>
public readonly record struct CallKey(string GroupId, string Operation, string Model);
