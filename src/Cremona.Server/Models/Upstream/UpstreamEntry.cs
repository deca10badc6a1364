using System.ComponentModel.DataAnnotations;

namespace Cremona.Server.Models.Upstream;

/// <summary>The servers that run a model of the configuration: any that speak OpenAI's chat completions, such as
/// vLLM, SGLang, llama-server, Ollama or Cremona itself.</summary>
public sealed class UpstreamEntry
{
    /// <summary>One base address for each equal server, up to <c>/v1</c>: <c>http://gpu1:8000/v1</c>.</summary>
    public IList<string> Urls { get; set; } = [];

    /// <summary>The model's name there. Empty (default): the entry's id.</summary>
    public string Model { get; set; } = "";

    /// <summary>Sent as <c>Authorization: Bearer</c>. Empty (default): none. Better given as the environment variable
    /// <c>CREMONA_Models__Entries__{id}__Upstream__Key</c> than in a file.</summary>
    public string Key { get; set; } = "";

    /// <summary>Tokens of input and output together; the largest limit of output that a request may give. The servers
    /// themselves refuse a prompt that is too long. Default 32 768, range 1 to 10 000 000.</summary>
    [Range(1, 10_000_000)]
    public int ContextTokens { get; set; } = 32_768;

    /// <summary>Seconds for a connection. Default 5, range 0.01 to 600.</summary>
    [Range(0.01, 600)]
    public double ConnectSeconds { get; set; } = 5;

    /// <summary>Seconds from the request to the first token; then 1001. Default 120, range 0.01 to 86 400.</summary>
    [Range(0.01, 86_400)]
    public double FirstTokenSeconds { get; set; } = 120;

    /// <summary>Seconds between two tokens; then 1001. Default 30, range 0.01 to 86 400.</summary>
    [Range(0.01, 86_400)]
    public double TokenSeconds { get; set; } = 30;

    /// <summary>Other attempts, at another server if there is one, while no token has come. Default 2, range 0 to
    /// 10.</summary>
    [Range(0, 10)]
    public int RetriesMax { get; set; } = 2;

    /// <summary>Failures in a row after which a server is left alone. Default 5, range 1 to 1000.</summary>
    [Range(1, 1000)]
    public int FailuresMax { get; set; } = 5;

    /// <summary>Seconds for which it is left alone; then one call tries it. Default 15, range 0.01 to 3600.</summary>
    [Range(0.01, 3600)]
    public double BreakSeconds { get; set; } = 15;

    /// <summary>Bytes of one event of an answer. Default 1 MiB, range 1 KiB to 1 GiB.</summary>
    [Range(1024, 1 << 30)]
    public int EventBytesMax { get; set; } = 1 << 20;

    /// <summary>Bytes of one answer, framing included. Default 64 MiB, range 1 KiB to 2 GiB.</summary>
    [Range(1024, int.MaxValue)]
    public int AnswerBytesMax { get; set; } = 64 << 20;

    /// <summary>The servers load the adapters of tuned models by vLLM's run-time calls, so that tuned models run there
    /// too; they must see the data folder. Default false: tuned models run here.</summary>
    public bool LoadsAdapters { get; set; }

    /// <summary>The servers are vLLM 0.9 or newer: what they have computed of prompts is kept apart by
    /// <c>cache_salt</c>, one of each group's own. Default false: they may share it between groups, so how much of a
    /// prompt they knew is told to nobody, or a group could find out what another one asks.</summary>
    public bool SaltsCache { get; set; }

    /// <summary>The model reads images: parts of type <c>image_url</c> are passed on as they came. The servers fetch
    /// the addresses in them, so limit what they may reach (vLLM: <c>--allowed-media-domains</c>). Default false:
    /// 2013.</summary>
    public bool Vision { get; set; }

    /// <summary>Where the servers see this server's data folder. Empty (default): at the same path.</summary>
    public string DataFolder { get; set; } = "";

    /// <summary>Which setting is wrong, and how to mend it.</summary>
    /// <param name="path">Of this entry, for example <c>Models:Entries:big:Upstream</c>.</param>
    internal IEnumerable<string> FindFaults(string path)
    {
        if (Urls.Count == 0)
        {
            yield return $"{path}:Urls is empty; name at least one address such as http://gpu1:8000/v1.";
        }

        foreach ((int index, string url) in Urls.Index().Where(entry => !IsAddress(entry.Item)))
        {
            string given = HoldsSecret(url) ? "is not shown, for it may hold a key or a password" : $"is '{url}'";
            yield return $"{path}:Urls:{index} {given}; give an absolute http or https address without query, fragment, name or password, such as http://gpu1:8000/v1; a key belongs in {path}:Key.";
        }

        List<ValidationResult> ranges = [];
        Validator.TryValidateObject(this, new ValidationContext(this), ranges, validateAllProperties: true);
        foreach (ValidationResult range in ranges)
        {
            yield return $"{path}:{range.MemberNames.First()}: {range.ErrorMessage}";
        }
    }

    /// <summary>It may have a password, or a key in its query.</summary>
    private static bool HoldsSecret(string url) => url.AsSpan().ContainsAny('@', '?');

    private static bool IsAddress(string url) => Uri.TryCreate(url, UriKind.Absolute, out Uri? address)
        && address.Scheme is "http" or "https" && address.UserInfo.Length == 0
        && address.Query.Length == 0 && address.Fragment.Length == 0;
}
