using System.Data.Common;
using Cremona.Server.Edge.Keys;
using Cremona.Server.Storage;
using Dapper;

namespace Cremona.Server.Tests.Storage;

/// <summary>The storage suite: the same on both databases.</summary>
public class StorageTests
{
    public static TheoryData<StoreKind> Kinds => [StoreKind.Sqlite, StoreKind.Postgres];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Migrator_AppliesEachMigrationOnce_WhenManyStartAtOnce(StoreKind kind)
    {
        await using TestStore test = await TestStore.CreateAsync(kind, isMigrated: false);

        await Task.WhenAll(Enumerable.Range(0, 4)
            .Select(_ => Task.Run(() => test.CreateMigrator().RunAsync(CancellationToken.None))));
        await test.CreateMigrator().RunAsync(CancellationToken.None);

        await using DbConnection connection = await test.Database.OpenAsync(CancellationToken.None);
        var names = (await connection.QueryAsync<string>(
            "SELECT name FROM schema_migrations ORDER BY version")).AsList();
        names.ShouldContain("0001_keys");
        names.ShouldContain("0002_files");
        names.Distinct().Count().ShouldBe(names.Count);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Files_AreFoundByTheirGroupOnly(StoreKind kind)
    {
        await using TestStore test = await TestStore.CreateAsync(kind);
        IFileStore files = test.Files;
        StoredFile file = NewFile(1, "42", bytes: 100, purpose: "fine-tune");
        await files.AddAsync(file, null, CancellationToken.None);
        await files.AddAsync(NewFile(2, "42", bytes: 10, purpose: "retrieval"), null, CancellationToken.None);

        (await files.FindAsync("42", 1, CancellationToken.None)).ShouldBe(file);
        (await files.FindAsync("43", 1, CancellationToken.None)).ShouldBeNull();
        (await files.ListAsync("42", null, CancellationToken.None)).Select(found => found.Id).ShouldBe([1, 2]);
        (await files.ListAsync("42", "fine-tune", CancellationToken.None)).ShouldBe([file]);
        (await files.ListAsync("43", null, CancellationToken.None)).ShouldBeEmpty();
        (await files.SumBytesAsync("42", CancellationToken.None)).ShouldBe(110);
        (await files.SumBytesAsync("43", CancellationToken.None)).ShouldBe(0);
        (await files.DeleteAsync("43", 1, CancellationToken.None)).ShouldBeFalse();
        (await files.DeleteAsync("42", 1, CancellationToken.None)).ShouldBeTrue();
        (await files.DeleteAsync("42", 1, CancellationToken.None)).ShouldBeFalse();
        (await files.SumBytesAsync("42", CancellationToken.None)).ShouldBe(10);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Files_NeverExceedTheQuota_WhenAddedConcurrently(StoreKind kind)
    {
        await using TestStore test = await TestStore.CreateAsync(kind);
        IFileStore files = test.Files;

        bool[] added = await Task.WhenAll(Enumerable.Range(1, 16).Select(id => Task.Run(
            () => files.TryAddAsync(NewFile(id, "42", bytes: 10, purpose: "retrieval"), 55, CancellationToken.None))));

        added.Count(done => done).ShouldBe(5);
        (await files.SumBytesAsync("42", CancellationToken.None)).ShouldBe(50);
        (await files.ListAsync("42", null, CancellationToken.None)).Count.ShouldBe(5);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Files_AppearWithTheCallersCommit(StoreKind kind)
    {
        await using TestStore test = await TestStore.CreateAsync(kind);
        IFileStore files = test.Files;
        await using DbConnection connection = await test.Database.OpenAsync(CancellationToken.None);
        await using (DbTransaction undone = await connection.BeginTransactionAsync())
        {
            await files.AddAsync(
                NewFile(1, "42", bytes: 5, purpose: "fine-tune-result"), undone, CancellationToken.None);
        }

        await using (DbTransaction done = await connection.BeginTransactionAsync())
        {
            await files.AddAsync(NewFile(2, "42", bytes: 7, purpose: "fine-tune-result"), done, CancellationToken.None);
            await done.CommitAsync();
        }

        (await files.ListAsync("42", null, CancellationToken.None)).Select(file => file.Id).ShouldBe([2]);
        (await files.SumBytesAsync("42", CancellationToken.None)).ShouldBe(7);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task HeldFile_CannotBeDeleted_UntilReleased(StoreKind kind)
    {
        await using TestStore test = await TestStore.CreateAsync(kind);
        IFileStore files = test.Files;
        await files.AddAsync(NewFile(1, "42", bytes: 5, purpose: "fine-tune"), null, CancellationToken.None);
        await test.InTransactionAsync(transaction => files.HoldAsync(1, "job-1", transaction, CancellationToken.None));
        await test.InTransactionAsync(transaction => files.HoldAsync(1, "job-1", transaction, CancellationToken.None));

        (await files.DeleteAsync("42", 1, CancellationToken.None)).ShouldBeFalse();
        (await files.FindHolderAsync(1, CancellationToken.None)).ShouldBe("job-1");

        await test.InTransactionAsync(transaction => files.ReleaseAsync("job-1", transaction, CancellationToken.None));
        (await files.FindHolderAsync(1, CancellationToken.None)).ShouldBeNull();
        (await files.DeleteAsync("42", 1, CancellationToken.None)).ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Hold_Fails_WhenTheFileIsGone(StoreKind kind)
    {
        await using TestStore test = await TestStore.CreateAsync(kind);
        IFileStore files = test.Files;

        var fault = await Should.ThrowAsync<DbException>(() => test.InTransactionAsync(
            transaction => files.HoldAsync(99, "job-1", transaction, CancellationToken.None)));

        test.Database.Dialect.IsForeignKeyFault(fault).ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Delete_LosesAgainstAHold_ThatIsBeingWritten(StoreKind kind)
    {
        await using TestStore test = await TestStore.CreateAsync(kind);
        IFileStore files = test.Files;
        await files.AddAsync(NewFile(1, "42", bytes: 5, purpose: "fine-tune"), null, CancellationToken.None);

        await using DbConnection connection = await test.Database.OpenAsync(CancellationToken.None);
        await using DbTransaction holding = await connection.BeginTransactionAsync();
        await files.HoldAsync(1, "job-1", holding, CancellationToken.None);
        var delete = Task.Run(() => files.DeleteAsync("42", 1, CancellationToken.None));
        await holding.CommitAsync();

        (await delete).ShouldBeFalse();
        (await files.FindAsync("42", 1, CancellationToken.None)).ShouldNotBeNull();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Keys_AreFoundByTheirDigest_UntilRevoked(StoreKind kind)
    {
        await using TestStore test = await TestStore.CreateAsync(kind);
        var keys = new KeyStore(test.Database, TimeProvider.System);
        (await keys.AnyAsync(CancellationToken.None)).ShouldBeFalse();

        string key = await keys.CreateAsync("42", "ci", CancellationToken.None);
        AccessKey found = (await keys.FindAsync(key, CancellationToken.None)).ShouldNotBeNull();

        (found.GroupId, found.Name).ShouldBe(("42", "ci"));
        (await keys.FindAsync(key + "x", CancellationToken.None)).ShouldBeNull();
        (await keys.RevokeAsync(found.Id, CancellationToken.None)).ShouldBeTrue();
        (await keys.FindAsync(key, CancellationToken.None)).ShouldBeNull();
        (await keys.ListAsync(CancellationToken.None)).Single().RevokedAtMs.ShouldBeGreaterThan(0);
        (await keys.AnyAsync(CancellationToken.None)).ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Secrets_AreMadeOnce_WhenManyAskAtOnce(StoreKind kind)
    {
        await using TestStore test = await TestStore.CreateAsync(kind);
        var secrets = new SecretStore(test.Database);

        byte[][] values = await Task.WhenAll(Enumerable.Range(0, 8)
            .Select(_ => Task.Run(() => secrets.GetAsync("links", CancellationToken.None))));

        values.Select(Convert.ToHexString).Distinct().Count().ShouldBe(1);
        values[0].Length.ShouldBe(32);
        (await secrets.GetAsync("other", CancellationToken.None)).ShouldNotBe(values[0]);
    }

    private static StoredFile NewFile(long id, string groupId, long bytes, string purpose) =>
        new(id, groupId, bytes, 1_700_000_000 + id, $"{id}.jsonl", purpose, new string('0', 64), $"files/{id}");
}
