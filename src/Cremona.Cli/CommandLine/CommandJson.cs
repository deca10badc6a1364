using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Cremona.Cli.Benchmarks;
using Cremona.Cli.Doctor;
using Cremona.Server.Edge.Keys;
using Cremona.Server.Storage;

namespace Cremona.Cli.CommandLine;

/// <summary>JSON of what the command line itself reports; names as in the platform's wire.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(IReadOnlyList<AccessKey>))]
[JsonSerializable(typeof(IReadOnlyList<GroupBalance>))]
[JsonSerializable(typeof(List<Finding>))]
[JsonSerializable(typeof(GrammarReport))]
[JsonSerializable(typeof(InferenceReport))]
[JsonSerializable(typeof(SkillReport))]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class CommandJson : JsonSerializerContext;
