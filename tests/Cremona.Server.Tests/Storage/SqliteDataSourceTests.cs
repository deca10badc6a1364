using System.Data.Common;
using Cremona.Server.Storage;
using Dapper;

namespace Cremona.Server.Tests.Storage;

public class SqliteDataSourceTests
{
    [Fact]
    public async Task Connections_HaveTheirSettings_NewOnesAndPooledOnes()
    {
        string folder = Directory.CreateTempSubdirectory("cremona-sqlite-").FullName;
        await using (var source = new SqliteDataSource(Path.Combine(folder, "x.db"), TimeSpan.FromSeconds(7)))
        {
            for (int round = 0; round < 3; round++)
            {
                await using DbConnection one = await source.OpenConnectionAsync();
                await using DbConnection other = await source.OpenConnectionAsync();
                foreach (DbConnection connection in new[] { one, other })
                {
                    (await connection.ExecuteScalarAsync<long>("PRAGMA foreign_keys")).ShouldBe(1);
                    (await connection.ExecuteScalarAsync<long>("PRAGMA synchronous")).ShouldBe(2);
                    (await connection.ExecuteScalarAsync<long>("PRAGMA busy_timeout")).ShouldBe(7000);
                }
            }
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Commits_WaitForTheDisk_AlsoBesideASourceWhoseCommitsDoNot()
    {
        string folder = Directory.CreateTempSubdirectory("cremona-sqlite-").FullName;
        string path = Path.Combine(folder, "x.db");
        TimeSpan wait = TimeSpan.FromSeconds(2);
        await using (var source = new SqliteDataSource(path, wait))
        await using (var counters = new SqliteDataSource(path, wait, keepsLastCommits: false))
        {
            for (int round = 0; round < 3; round++)
            {
                foreach ((SqliteDataSource from, long level) in new[] { (source, 2L), (counters, 1L) })
                {
                    await using DbConnection connection = await from.OpenConnectionAsync();
                    (await connection.ExecuteScalarAsync<long>("PRAGMA synchronous")).ShouldBe(level);
                }
            }
        }

        Directory.Delete(folder, recursive: true);
    }
}
