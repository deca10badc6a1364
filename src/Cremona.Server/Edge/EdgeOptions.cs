using System.ComponentModel.DataAnnotations;

namespace Cremona.Server.Edge;

/// <summary>Section <c>Edge</c>: the door. Every bound has a finite default.</summary>
public sealed class EdgeOptions
{
    public const string Section = "Edge";

    /// <summary>Where the server listens when <c>--urls</c> does not say.</summary>
    public const string DefaultUrl = "http://127.0.0.1:8737";

    /// <summary>PEM file with the RSA public key that RS256 JWT keys are verified against. Empty (default): no JWT
    /// keys.</summary>
    public string JwtPublicKeyPath { get; set; } = "";

    /// <summary>The group of a caller in open mode who names none. Default <c>1000000000</c>; digits.</summary>
    [RegularExpression(
        "^[0-9]{1,19}$", ErrorMessage = "Edge:OpenModeGroup must be 1 to 19 digits, the form of every GroupId.")]
    public string OpenModeGroup { get; set; } = "1000000000";

    /// <summary>Answer an unknown key with 2049 <c>invalid api key</c>, as the platform does since 2025, instead of
    /// 1004. Default false.</summary>
    public bool UseInvalidApiKeyCode { get; set; }

    /// <summary>Answer platform errors with their real HTTP status instead of 200. Default false: several clients drop
    /// the body of any answer that is not 200.</summary>
    public bool UseHttpStatuses { get; set; }

    /// <summary>The scheme and host of absolute links in answers, for example <c>https://models.example.org</c>. Empty
    /// (default): those of the request.</summary>
    [RegularExpression(
        "^(https?://[^/?#]+)?$", ErrorMessage = "Edge:PublicUrl must be http(s)://host[:port] without a path.")]
    public string PublicUrl { get; set; } = "";

    /// <summary>Bytes of a JSON body where the endpoint sets no bound of its own. Default 8 MiB, range 1 KiB to 1
    /// GiB.</summary>
    [Range(1024, 1 << 30)]
    public long JsonBodyBytesMax { get; set; } = 8 << 20;

    /// <summary>Nesting of a JSON body. Default 64, range 8 to 512.</summary>
    [Range(8, 512)]
    public int JsonDepthMax { get; set; } = 64;

    /// <summary>Bytes of all request headers. Default 32 KiB, range 1 KiB to 1 MiB.</summary>
    [Range(1024, 1 << 20)]
    public int HeaderBytesMax { get; set; } = 32 * 1024;

    /// <summary>Bytes of the query. Default 8 KiB, range 256 to 1 MiB.</summary>
    [Range(256, 1 << 20)]
    public int QueryBytesMax { get; set; } = 8 * 1024;

    /// <summary>Requests at work at once, but for those of <c>/healthz</c> and <c>/readyz</c>; one more is answered
    /// 1041. Default 256, range 1 to 100 000.</summary>
    [Range(1, 100_000)]
    public int ConcurrentRequestsMax { get; set; } = 256;

    /// <summary>Seconds a request may take where the endpoint sets no bound of its own; then 1001. Default 600, range 1
    /// to 86 400.</summary>
    [Range(1, 86_400)]
    public double RequestSecondsMax { get; set; } = 600;

    /// <summary>Seconds that an event of a stream may wait for a client that does not read; then the connection is cut
    /// and the work for it stops. Default 30, range 0.1 to 3600.</summary>
    [Range(0.1, 3600)]
    public double SlowReaderSecondsMax { get; set; } = 30;

    /// <summary>Seconds that running requests get to finish when the server stops; then they are cancelled. Default 5,
    /// range 0 to 8, so that the process ends within 10.</summary>
    [Range(0, 8)]
    public double DrainSecondsMax { get; set; } = 5;
}
