using Cremona.Inference.Adapters;

namespace Cremona.Inference.KvCache;

/// <summary>Who may share pages: sequences of one group with one adapter. Equal tokens give other keys and values under
/// another adapter; and what one group has asked must not show in how fast another is answered.</summary>
/// <param name="AdapterNumber">Of <see cref="LoraAdapter.Number"/>; 0 for the base model.</param>
/// <param name="Group">Null for none.</param>
public readonly record struct CacheScope(long AdapterNumber, string? Group)
{
    public CacheScope(LoraAdapter? adapter, string? group)
        : this(adapter?.Number ?? 0, group)
    {
    }
}
