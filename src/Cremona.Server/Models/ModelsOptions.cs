using System.ComponentModel.DataAnnotations;

namespace Cremona.Server.Models;

/// <summary>Section <c>Models</c>: which models this server has, and how many it keeps in memory.</summary>
public sealed class ModelsOptions : IValidatableObject
{
    public const string Section = "Models";

    /// <summary>The model that comes with the program.</summary>
    public const string EmbeddedId = "nano";

    /// <summary>Models by id, each with <c>Folder</c> (a Hugging Face folder or a GGUF file; a relative path starts
    /// beside the program), <c>Aliases</c> (wire names that mean it) and <c>Weights</c> (how the weights lie in memory:
    /// <c>F32</c>, <c>BF16</c>, <c>Q8</c> or <c>Q4</c>; by default the one of the first two that loses nothing).
    /// Instead of <c>Folder</c>, or beside it where the model is tuned here, <c>Upstream</c> names servers that answer
    /// for the model: <c>Urls</c>, <c>Model</c>, <c>Key</c>, <c>ContextTokens</c> and the time limits, retries and
    /// bounds of the guide on deployment. Default: <c>nano</c> in <c>models/nano</c> under every documented chat name.
    /// <c>cremona models add PATH</c> writes an entry of the same form to <c>models.json</c> in the data
    /// folder.</summary>
    public Dictionary<string, ModelEntry> Entries { get; set; } = new(StringComparer.Ordinal)
    {
        [EmbeddedId] = new ModelEntry { Folder = "models/nano", Aliases = [.. DocumentedModels.Aliases] },
    };

    /// <summary>The id of the model that is loaded when the server starts; empty loads each model on its first request.
    /// Default <c>nano</c>.</summary>
    public string Preloaded { get; set; } = EmbeddedId;

    /// <summary>Memory, in megabytes, of the weights of the models that are loaded. Before one more is loaded than fit,
    /// those leave that were unused for longest, each when its answers have ended; they are loaded again when they are
    /// asked for. A model that is larger is refused. Default 8000, range 1 to 10 000 000.</summary>
    [Range(1, 10_000_000)]
    public int MemoryMegabytesMax { get; set; } = 8000;

    /// <summary>Memory, in megabytes, of the adapters of tuned models that are kept over all models; the one unused for
    /// longest gives way. An adapter that is larger is refused. Default 2000, range 1 to 10 000 000.</summary>
    [Range(1, 10_000_000)]
    public int AdapterMegabytesMax { get; set; } = 2000;

    /// <summary>Memory, in megabytes, of the compiled grammars that are kept for later requests; the one unused for
    /// longest gives way. Default 256, range 1 to 100 000.</summary>
    [Range(1, 100_000)]
    public int GrammarMegabytesMax { get; set; } = 256;

    /// <summary>A tuned model that is not called for this long is deleted, as on the hosted platform after 7 days; 0
    /// keeps all. Default 0, else 1 d to 3650 d.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "3650.00:00:00")]
    public TimeSpan TunedModelLapse { get; set; }

    /// <summary>Says which entry is wrong and how to mend it.</summary>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach ((string id, ModelEntry entry) in Entries)
        {
            if (entry.Upstream is null && string.IsNullOrWhiteSpace(entry.Folder))
            {
                yield return new ValidationResult(
                    $"Models:Entries:{id}:Folder is '{entry.Folder}'; name the model's Hugging Face folder or GGUF file.");
            }

            if (entry.Upstream is { LoadsAdapters: true } && entry.Folder.Length == 0)
            {
                yield return new ValidationResult(
                    $"Models:Entries:{id}:Upstream:LoadsAdapters needs Models:Entries:{id}:Folder; name the weights that models are tuned on.");
            }

            foreach (string fault in entry.Upstream?.FindFaults($"Models:Entries:{id}:Upstream") ?? [])
            {
                yield return new ValidationResult(fault);
            }
        }

        IEnumerable<IGrouping<string, string>> taken = Entries
            .SelectMany(pair => pair.Value.Aliases.Distinct().Where(alias => alias != pair.Key).Append(pair.Key))
            .GroupBy(name => name)
            .Where(names => names.Count() > 1);
        foreach (IGrouping<string, string> name in taken)
        {
            yield return new ValidationResult(
                $"Models:Entries: the name '{name.Key}' belongs to several models; leave it to one of them.");
        }

        if (TunedModelLapse > TimeSpan.Zero && TunedModelLapse < TimeSpan.FromDays(1))
        {
            yield return new ValidationResult(
                $"Models:TunedModelLapse is {TunedModelLapse}; calls are noted by the hour, so give at least a day, or 0 to keep all.");
        }

        if (Preloaded.Length > 0 && !Entries.ContainsKey(Preloaded))
        {
            yield return new ValidationResult($"Models:Preloaded is '{Preloaded}', which is no id of Models:Entries.");
        }
    }
}
