using Cremona.Server.Edge.Calls;

namespace Cremona.Server.Chat;

/// <summary>What was decided about a request before its answer.</summary>
/// <param name="Pass">Ends the call when it is disposed.</param>
/// <param name="InputType">The category of sensitive words in the input, 2 to 7; 0 when there is none.</param>
internal sealed record ChatAdmission(CallPass Pass, int InputType);
