using Cremona.Server.Edge.Calls;
using Cremona.Server.Models;

namespace Cremona.Server.Chat;

/// <summary>A chat request and whose it is.</summary>
/// <param name="GroupId">The caller's group.</param>
/// <param name="Request">As read.</param>
/// <param name="Surface">The interface that it came through.</param>
/// <param name="Meter">Named; counts what the request uses.</param>
internal sealed record ChatCall(string GroupId, ChatRequest Request, ChatSurfaces Surface, CallMeter Meter);
