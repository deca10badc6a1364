using System.Text.Json;
using Cremona.Inference.Architectures;
using Cremona.Inference.Checkpoints;

namespace Cremona.Inference.Adapters;

/// <summary>A LoRA adapter as a PEFT folder: <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>, as
/// github.com/huggingface/peft and vLLM read them.</summary>
public static class AdapterFolder
{
    private const string ConfigFile = "adapter_config.json";
    private const string WeightsFile = "adapter_model.safetensors";
    private const int RankMax = 1024;

    /// <summary>Reads an adapter for a base of this shape.</summary>
    /// <exception cref="InvalidDataException">A file is missing, corrupt, made for another shape, or asks for what is
    /// not supported.</exception>
    public static LoraAdapter Load(string folder, DecoderConfig config)
    {
        (int rank, float alpha) = ReadConfig(Path.Combine(folder, ConfigFile));
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(folder, WeightsFile));
        var matrices = new Dictionary<(int, LinearKind), LoraMatrices>();
        int known = 0;
        for (int layer = 0; layer < config.LayerCount; layer++)
        {
            foreach (LinearKind kind in LinearKinds.All)
            {
                (string nameA, string nameB) = TensorNames(layer, kind);
                if (file.Find(nameA) is null && file.Find(nameB) is null)
                {
                    continue;
                }

                matrices[(layer, kind)] = new LoraMatrices(
                    file.Read(nameA, rank, config.InputSize(kind)), file.Read(nameB, config.OutputSize(kind), rank));
                known += 2;
            }
        }

        if (known != file.Entries.Count)
        {
            string unknown = file.Entries.First(entry => !IsKnown(entry.Name, config)).Name;
            throw new InvalidDataException($"{file.Path}: tensor {unknown} belongs to no linear layer of the base model");
        }

        return new LoraAdapter(config, rank, alpha, matrices);
    }

    /// <summary>The <see cref="LoraAdapter.SizeBytes"/> of an adapter, from the header of its file alone.</summary>
    /// <exception cref="InvalidDataException">The file is corrupt.</exception>
    public static long Measure(string folder)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(folder, WeightsFile));
        return LoraAdapter.Measure(file.Entries.Sum(entry => entry.ByteCount / entry.Type.ByteSize()));
    }

    /// <summary>Writes the folder. The bytes depend on the adapter and the name alone.</summary>
    public static void Save(string folder, LoraAdapter adapter, string baseModelName)
    {
        Directory.CreateDirectory(folder);
        SafetensorsWriter.Write(Path.Combine(folder, WeightsFile), List(adapter), TensorType.F32);
        DurableFile.Write(Path.Combine(folder, ConfigFile), stream => WriteConfig(stream, adapter, baseModelName));
    }

    /// <summary>PEFT's names of the two matrices of a linear layer.</summary>
    public static (string A, string B) TensorNames(int layer, LinearKind kind)
    {
        string module = $"base_model.model.model.layers.{layer}.{kind.ModuleName()}";
        return ($"{module}.lora_A.weight", $"{module}.lora_B.weight");
    }

    private static bool IsKnown(string name, DecoderConfig config) =>
        Enumerable.Range(0, config.LayerCount).Any(layer => LinearKinds.All.Any(kind =>
            TensorNames(layer, kind).A == name || TensorNames(layer, kind).B == name));

    private static List<NamedTensor> List(LoraAdapter adapter)
    {
        var tensors = new List<NamedTensor>();
        foreach (((int layer, LinearKind kind), LoraMatrices matrices) in adapter.Matrices.OrderBy(pair => pair.Key))
        {
            (string nameA, string nameB) = TensorNames(layer, kind);
            tensors.Add(new(nameA, matrices.A, [adapter.Rank, adapter.Config.InputSize(kind)]));
            tensors.Add(new(nameB, matrices.B, [adapter.Config.OutputSize(kind), adapter.Rank]));
        }

        return tensors;
    }

    private static (int Rank, float Alpha) ReadConfig(string path)
    {
        if (!File.Exists(path))
        {
            throw new InvalidDataException($"{path} is missing; an adapter is a PEFT folder");
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var fields = new ConfigFields(document.RootElement);
            RefuseUnsupported(fields);
            int rank = fields.Size("r", RankMax);
            double alpha = fields.Number("lora_alpha", rank);

            // rsLoRA (Kalajdzievski, 2023) scales by alpha / sqrt(r); as an equivalent alpha it is the same update.
            return (rank, (float)(fields.Flag("use_rslora", false) ? alpha * Math.Sqrt(rank) : alpha));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or InvalidDataException)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    private static void RefuseUnsupported(ConfigFields fields)
    {
        if (fields.FindString("peft_type") is { } type && type != "LORA")
        {
            throw new InvalidDataException($"peft_type is {type}; LORA is supported");
        }

        foreach (string name in (string[])["modules_to_save", "rank_pattern", "alpha_pattern", "trainable_token_indices"])
        {
            if (fields.IsSetAndNotEmpty(name))
            {
                throw new InvalidDataException($"{name} is set; adapters with it are not supported");
            }
        }

        if (fields.Flag("use_dora", false))
        {
            throw new InvalidDataException("use_dora is true; adapters with it are not supported");
        }

        if ((fields.FindString("bias") ?? "none") != "none")
        {
            throw new InvalidDataException("bias is not none; adapters that train biases are not supported");
        }
    }

    private static void WriteConfig(Stream stream, LoraAdapter adapter, string baseModelName)
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" });
        json.WriteStartObject();
        json.WriteString("peft_type", "LORA");
        json.WriteString("task_type", "CAUSAL_LM");
        json.WriteString("base_model_name_or_path", baseModelName);
        json.WriteNumber("r", adapter.Rank);
        json.WriteNumber("lora_alpha", adapter.Alpha);
        json.WriteNumber("lora_dropout", 0);
        json.WriteString("bias", "none");
        json.WriteBoolean("fan_in_fan_out", false);
        json.WriteBoolean("inference_mode", true);
        json.WriteStartArray("target_modules");
        foreach (LinearKind kind in adapter.Matrices.Keys.Select(key => key.Kind).Distinct().Order())
        {
            json.WriteStringValue(kind.ModuleName().Split('.')[1]);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
