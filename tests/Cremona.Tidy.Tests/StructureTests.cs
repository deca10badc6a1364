using System.Xml.Linq;

namespace Cremona.Tidy.Tests;

/// <summary>Directions between projects and between the rooms of the server.</summary>
public class StructureTests
{
    private static readonly Dictionary<string, string[]> ProjectReferences = new()
    {
        ["Cremona.Protocol"] = [],
        ["Cremona.Inference"] = [],
        ["Cremona.Training"] = ["Cremona.Inference"],
        ["Cremona.Server"] = ["Cremona.Protocol", "Cremona.Training"],
        ["Cremona.Cli"] = ["Cremona.Server"],
    };

    /// <summary>What each part of the server may use; whatever is missing here is forbidden.</summary>
    private static readonly Dictionary<string, string[]> RoomReferences = new()
    {
        ["Settings"] = [],
        ["Storage"] = ["Settings"],
        ["Edge"] = ["Settings", "Storage"],
        ["Models"] = ["Settings", "Edge", "Storage"],
        ["Jobs"] = ["Settings", "Edge", "Storage"],
        ["Usage"] = ["Settings", "Edge", "Storage"],
        ["Files"] = ["Settings", "Edge", "Storage"],
        ["Chat"] = ["Settings", "Edge", "Storage", "Models"],
        ["FineTuning"] = ["Settings", "Edge", "Storage", "Models", "Jobs"],
    };

    [Fact]
    public void Projects_ReferenceOnlyWhatStandsBelowThem()
    {
        string[] projects = [.. Repository.Files("src", "*.csproj")];
        projects.Select(Path.GetFileNameWithoutExtension).ShouldBe(ProjectReferences.Keys, ignoreOrder: true);
        foreach (string project in projects)
        {
            IEnumerable<string> references = XDocument.Parse(Repository.Read(project)).Descendants("ProjectReference")
                .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value));
            references.ShouldBeSubsetOf(ProjectReferences[Path.GetFileNameWithoutExtension(project)], project);
        }
    }

    [Fact]
    public void OnlyServerAndCli_KnowAspNet()
    {
        IEnumerable<string> faults =
            from project in new[] { "Protocol", "Inference", "Training" }
            from file in Repository.CSharpFiles($"src/Cremona.{project}")
            where file.Text.Contains("Microsoft.AspNetCore", StringComparison.Ordinal)
            select file.Path;
        faults.ShouldBeEmpty();
    }

    [Fact]
    public void Rooms_UseOnlyWhatTheyMay()
    {
        IEnumerable<string> faults =
            from room in RoomReferences.Keys
            from file in Repository.CSharpFiles($"src/Cremona.Server/{room}")
            from other in RoomReferences.Keys.Except([room, .. RoomReferences[room]])
            where file.Text.Contains($"Cremona.Server.{other};", StringComparison.Ordinal)
                || file.Text.Contains($"Cremona.Server.{other}.", StringComparison.Ordinal)
            select $"{file.Path} uses {other}";
        faults.ShouldBeEmpty();
    }

    [Fact]
    public void ServerFolders_AreTheKnownRooms()
    {
        IEnumerable<string> folders = Repository.CSharpFiles("src/Cremona.Server")
            .Select(file => file.Path.Split('/'))
            .Where(parts => parts.Length > 3)
            .Select(parts => parts[2])
            .Distinct();
        folders.ShouldBe(RoomReferences.Keys, ignoreOrder: true);
    }

    [Fact]
    public void OnlyEndpointFiles_KnowHttpResults()
    {
        IEnumerable<string> faults =
            from room in new[] { "Files", "Chat", "FineTuning", "Usage" }
            from file in Repository.CSharpFiles($"src/Cremona.Server/{room}")
            where !file.Path.EndsWith("Endpoints.cs", StringComparison.Ordinal)
                && (file.Text.Contains("HttpContext", StringComparison.Ordinal)
                    || file.Text.Contains("TypedResults.", StringComparison.Ordinal))
            select file.Path;
        faults.ShouldBeEmpty();
    }

    [Fact]
    public void Configuration_IsReadOnlyWhereServicesAreAdded()
    {
        IEnumerable<string> faults =
            from file in Repository.CSharpFiles("src")
            where file.Text.Contains("IConfiguration ", StringComparison.Ordinal)
                && !Path.GetFileName(file.Path).StartsWith("Program", StringComparison.Ordinal)
                && !file.Text.Contains("static IHostApplicationBuilder Add", StringComparison.Ordinal)
                && !file.Text.Contains("static WebApplicationBuilder Add", StringComparison.Ordinal)
                && !file.Text.Contains("static IServiceCollection Add", StringComparison.Ordinal)
            select file.Path;
        faults.ShouldBeEmpty();
    }
}
