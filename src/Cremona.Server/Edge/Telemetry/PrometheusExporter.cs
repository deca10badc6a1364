using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Cremona.Server.Edge.Telemetry;

/// <summary>Collects the metrics when somebody asks for them.</summary>
[ExportModes(ExportModes.Pull)]
internal sealed class PrometheusExporter : BaseExporter<Metric>, IPullMetricExporter
{
    private const int WaitMilliseconds = 5000;

    private readonly SemaphoreSlim _turn = new(1);
    private PrometheusText _text = new();

    /// <summary>Set by the reader that this exporter is given to.</summary>
    public Func<int, bool>? Collect { get; set; }

    public override ExportResult Export(in Batch<Metric> batch)
    {
        foreach (Metric metric in batch)
        {
            _text.Add(metric);
        }

        return ExportResult.Success;
    }

    /// <summary>All metrics as they are now. One at a time.</summary>
    public async Task<string> CollectAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            _text = new PrometheusText();
            Collect?.Invoke(WaitMilliseconds);
            return _text.ToString();
        }
        finally
        {
            _turn.Release();
        }
    }
}
