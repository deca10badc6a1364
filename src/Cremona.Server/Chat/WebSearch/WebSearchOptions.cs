using System.ComponentModel.DataAnnotations;

namespace Cremona.Server.Chat.WebSearch;

/// <summary>Section <c>WebSearch</c>: the plugin <c>plugin_web_search</c> of ChatCompletion Pro and tools of type
/// <c>web_search</c>. What is searched for leaves this machine for the server that is named here, and nothing else
/// does.</summary>
public sealed class WebSearchOptions : IValidatableObject
{
    public const string Section = "WebSearch";

    /// <summary>The address of a SearXNG server whose settings allow the format <c>json</c>, for example
    /// <c>http://127.0.0.1:8888</c>. Default empty: the plugin is refused.</summary>
    public string Endpoint { get; set; } = "";

    /// <summary>Seconds in which a search must be answered. Default 10, range 0.1 to 120.</summary>
    [Range(0.1, 120)]
    public double TimeoutSeconds { get; set; } = 10;

    /// <summary>Results of a search that the model is shown. Default 5, range 1 to 50.</summary>
    [Range(1, 50)]
    public int ResultsMax { get; set; } = 5;

    /// <summary>Characters of a result's excerpt; more are left out, marked by <c>…</c>. Default 500, range 10 to
    /// 10 000.</summary>
    [Range(10, 10_000)]
    public int ExcerptLengthMax { get; set; } = 500;

    /// <summary>Bytes of a search's answer; a longer one is a fault of the provider. Default 2 000 000, range 1000 to
    /// 100 000 000.</summary>
    [Range(1000, 100_000_000)]
    public int AnswerBytesMax { get; set; } = 2_000_000;

    /// <summary>Searches in the answer to one request. Default 3, range 1 to 20.</summary>
    [Range(1, 20)]
    public int SearchesMax { get; set; } = 3;

    /// <summary>Says which address is none.</summary>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Endpoint.Length > 0
            && !(Uri.TryCreate(Endpoint, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https"))
        {
            yield return new ValidationResult(
                $"WebSearch:Endpoint is '{Endpoint}'; give a SearXNG server's address that begins with http:// or https://.");
        }
    }
}
