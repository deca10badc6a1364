using System.Text.Json;
using Cremona.Inference.Architectures;

namespace Cremona.Inference.Checkpoints;

/// <summary>The tensors of a model folder: one <c>model.safetensors</c>, or the shards that
/// <c>model.safetensors.index.json</c> names. Not thread-safe.</summary>
public sealed class SafetensorsFolder : ITensorReader
{
    private const string SingleFile = "model.safetensors";
    private const string IndexFile = "model.safetensors.index.json";
    private const long IndexBytesMax = 64 << 20;

    private readonly string _folder;
    private readonly Dictionary<string, SafetensorsFile> _fileOfTensor = new(StringComparer.Ordinal);
    private readonly List<SafetensorsFile> _files = [];

    private SafetensorsFolder(string folder) => _folder = folder;

    /// <exception cref="InvalidDataException">No weights, a shard is missing, or a file is corrupt; the message names
    /// it.</exception>
    public static SafetensorsFolder Open(string folder)
    {
        var opened = new SafetensorsFolder(folder);
        try
        {
            if (File.Exists(Path.Combine(folder, SingleFile)))
            {
                opened.Add(SafetensorsFile.Open(Path.Combine(folder, SingleFile)));
            }
            else if (File.Exists(Path.Combine(folder, IndexFile)))
            {
                opened.OpenShards(Path.Combine(folder, IndexFile));
            }
            else
            {
                throw new InvalidDataException($"{folder}: neither {SingleFile} nor {IndexFile} is there");
            }

            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>True when every tensor is bfloat16, so that nothing is lost by keeping them so.</summary>
    public bool IsBrainFloat =>
        _files.All(file => file.Entries.All(entry => entry.Type == TensorType.BF16));

    public bool Contains(string name) => _fileOfTensor.ContainsKey(name);

    public void Check(string name, params ReadOnlySpan<int> shape) => FileOf(name).Check(name, shape);

    public void ReadRows(string name, int firstRow, Span<float> rows, params ReadOnlySpan<int> shape) =>
        FileOf(name).ReadRows(name, firstRow, rows, shape);

    public void Dispose() => _files.ForEach(file => file.Dispose());

    private SafetensorsFile FileOf(string name) => _fileOfTensor.TryGetValue(name, out SafetensorsFile? file)
        ? file
        : throw new InvalidDataException($"{_folder}: tensor {name} is missing");

    private void OpenShards(string indexPath)
    {
        foreach (string shard in new SortedSet<string>(ReadShardNames(indexPath), StringComparer.Ordinal))
        {
            string path = Path.Combine(_folder, shard);
            if (Path.GetFileName(shard) != shard || !File.Exists(path))
            {
                throw new InvalidDataException($"{indexPath}: shard {shard} is not in the folder");
            }

            Add(SafetensorsFile.Open(path));
        }
    }

    private static List<string> ReadShardNames(string indexPath)
    {
        try
        {
            using FileStream stream = File.OpenRead(indexPath);
            if (stream.Length > IndexBytesMax)
            {
                throw new InvalidDataException($"{indexPath}: {stream.Length} bytes exceed the limit {IndexBytesMax}");
            }

            using var document = JsonDocument.Parse(stream);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("weight_map", out JsonElement map)
                && map.ValueKind == JsonValueKind.Object
                ? [.. map.EnumerateObject().Select(entry => entry.Value.GetString() ?? "")]
                : throw new InvalidDataException($"{indexPath}: weight_map is missing");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"{indexPath}: {e.Message}", e);
        }
    }

    private void Add(SafetensorsFile file)
    {
        _files.Add(file);
        foreach (TensorEntry entry in file.Entries)
        {
            if (!_fileOfTensor.TryAdd(entry.Name, file))
            {
                throw new InvalidDataException($"{file.Path}: tensor {entry.Name} is in two shards");
            }
        }
    }
}
