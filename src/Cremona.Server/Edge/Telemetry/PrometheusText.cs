using System.Globalization;
using System.Text;
using OpenTelemetry.Metrics;

namespace Cremona.Server.Edge.Telemetry;

/// <summary>Writes metrics in Prometheus' text format, version 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats/), with names by OpenTelemetry's compatibility rules:
/// underscores for dots, the unit behind the name, <c>_total</c> behind a counter's.</summary>
internal sealed class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new();
    private readonly HashSet<string> _described = [];

    public void Add(Metric metric)
    {
        string name = NameOf(metric);
        if (_described.Add(name))
        {
            Write($"# HELP {name} {metric.Description.Replace("\\", "\\\\").Replace("\n", "\\n")}\n");
            Write($"# TYPE {name} {TypeOf(metric)}\n");
        }

        foreach (ref readonly MetricPoint point in metric.GetMetricPoints())
        {
            AddPoint(metric.MetricType, name, in point);
        }
    }

    public override string ToString() => _text.ToString();

    private static string NameOf(Metric metric)
    {
        string name = string.Concat(metric.Name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
        string unit = metric.Unit switch
        {
            "s" => "_seconds",
            "By" => "_bytes",
            _ => "",
        };
        string end = TypeOf(metric) == "counter" ? "_total" : "";
        return name + (name.EndsWith(unit, StringComparison.Ordinal) ? "" : unit) + end;
    }

    private static string TypeOf(Metric metric) => metric.MetricType switch
    {
        MetricType.LongSum or MetricType.DoubleSum => "counter",
        MetricType.Histogram => "histogram",
        _ => "gauge",
    };

    private void AddPoint(MetricType type, string name, in MetricPoint point)
    {
        string labels = LabelsOf(in point);
        switch (type)
        {
            case MetricType.Histogram:
                AddHistogram(name, labels, in point);
                break;
            case MetricType.LongSum or MetricType.LongSumNonMonotonic:
                Write($"{name}{Braced(labels)} {point.GetSumLong()}\n");
                break;
            case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic:
                Write($"{name}{Braced(labels)} {point.GetSumDouble()}\n");
                break;
            case MetricType.LongGauge:
                Write($"{name}{Braced(labels)} {point.GetGaugeLastValueLong()}\n");
                break;
            case MetricType.DoubleGauge:
                Write($"{name}{Braced(labels)} {point.GetGaugeLastValueDouble()}\n");
                break;
        }
    }

    private void AddHistogram(string name, string labels, in MetricPoint point)
    {
        string before = labels.Length == 0 ? "" : labels + ",";
        long count = 0;
        foreach (HistogramBucket bucket in point.GetHistogramBuckets())
        {
            count += bucket.BucketCount;
            string bound = double.IsPositiveInfinity(bucket.ExplicitBound)
                ? "+Inf"
                : bucket.ExplicitBound.ToString(CultureInfo.InvariantCulture);
            Write($"{name}_bucket{{{before}le=\"{bound}\"}} {count}\n");
        }

        Write($"{name}_sum{Braced(labels)} {point.GetHistogramSum()}\n");
        Write($"{name}_count{Braced(labels)} {point.GetHistogramCount()}\n");
    }

    private static string Braced(string labels) => labels.Length == 0 ? "" : $"{{{labels}}}";

    private static string LabelsOf(in MetricPoint point)
    {
        List<string> labels = [];
        foreach (KeyValuePair<string, object?> tag in point.Tags)
        {
            string name = string.Concat(tag.Key.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
            string value = Convert.ToString(tag.Value, CultureInfo.InvariantCulture) ?? "";
            value = value.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n");
            labels.Add($"{name}=\"{value}\"");
        }

        return string.Join(',', labels);
    }

    private void Write(FormattableString line) => _text.Append(line.ToString(CultureInfo.InvariantCulture));
}
