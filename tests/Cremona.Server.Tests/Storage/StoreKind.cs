namespace Cremona.Server.Tests.Storage;

/// <summary>The databases of the storage suite.</summary>
public enum StoreKind
{
    Sqlite,
    Postgres,
}
