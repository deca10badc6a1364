using System.ComponentModel.DataAnnotations;
using OpenTelemetry.Exporter;

namespace Cremona.Server.Edge.Telemetry;

/// <summary>Section <c>Telemetry</c>: what the server tells about its work. It sends nothing anywhere unless
/// <c>OtlpEndpoint</c> says so.</summary>
public sealed class TelemetryOptions
{
    public const string Section = "Telemetry";

    /// <summary>An OpenTelemetry collector that metrics and traces are sent to, for example
    /// <c>http://localhost:4317</c>. Empty (default): none. The environment variables
    /// <c>OTEL_EXPORTER_OTLP_HEADERS</c> and <c>OTEL_EXPORTER_OTLP_TIMEOUT</c> are read too.</summary>
    [RegularExpression(
        "^(https?://[^?#]+)?$", ErrorMessage = "Telemetry:OtlpEndpoint must be http(s)://host[:port][/path].")]
    public string OtlpEndpoint { get; set; } = "";

    /// <summary><c>Grpc</c> (default) or <c>HttpProtobuf</c>, whose endpoint is a base address such as
    /// <c>http://localhost:4318</c>.</summary>
    public OtlpExportProtocol OtlpProtocol { get; set; } = OtlpExportProtocol.Grpc;

    /// <summary>Answer <c>GET /metrics</c> without a key. Default false: any valid key reads them.</summary>
    public bool MetricsWithoutKey { get; set; }

    /// <summary>Write what was asked and answered to the log, at level Information. Default false.</summary>
    public bool LogsContents { get; set; }
}
