using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Cremona.Inference.Checkpoints;

namespace Cremona.Training.Checkpoints;

/// <summary>A trainer's state on disk: one file, little-endian, ended by the SHA-256 of everything before.</summary>
/// <remarks>Layout: magic, fingerprint, step, data position, best validation loss, history, tensors, checksum. Texts
/// and lists begin with their length. The same state gives the same bytes.</remarks>
public static class TrainerStateFile
{
    private const ulong Magic = 0x3230_5453_4D52_4343; // "CCRMST02"
    private const int HistoryEntryBytes = sizeof(int) + sizeof(double) + sizeof(double) + sizeof(long);

    /// <summary>Writes the file durably, or leaves what was there.</summary>
    /// <exception cref="IOException">The disk is full or failed.</exception>
    public static void Write(string path, TrainerState state) => DurableFile.Write(path, stream =>
    {
        using var sha = SHA256.Create();
        using (var hashed = new CryptoStream(stream, sha, CryptoStreamMode.Write, leaveOpen: true))
        using (var writer = new BinaryWriter(hashed, Encoding.UTF8))
            Write(writer, state);
        stream.Write(sha.Hash!);
    });

    /// <summary>Reads a file whose checksum is right.</summary>
    /// <exception cref="InvalidDataException">The file is corrupt or no trainer state; the message names it and the
    /// fault.</exception>
    public static TrainerState Read(string path)
    {
        using FileStream stream = File.OpenRead(path);
        try
        {
            long end = CheckedEnd(stream);
            stream.Position = 0;
            using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
            return Read(reader, end);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    private static void Write(BinaryWriter writer, TrainerState state)
    {
        writer.Write(Magic);
        writer.Write(state.Fingerprint);
        writer.Write(state.Step);
        writer.Write(state.DataPosition);
        writer.Write(state.BestValidationLoss);
        writer.Write(state.History.Count);
        foreach (TrainingStep step in state.History)
        {
            writer.Write(step.StepCount);
            writer.Write(step.TrainLoss);
            writer.Write(step.ValidationLoss ?? double.NaN);
            writer.Write(step.TokenCount);
        }

        writer.Write(state.Tensors.Count);
        foreach (TensorState tensor in state.Tensors)
        {
            writer.Write(tensor.Name);
            foreach (float[] values in (float[][])[tensor.Value, tensor.Moment1, tensor.Moment2])
            {
                writer.Write(values.Length);
                writer.Write(MemoryMarshal.AsBytes(values.AsSpan()));
            }
        }
    }

    private static TrainerState Read(BinaryReader reader, long end)
    {
        if (reader.ReadUInt64() != Magic) throw new InvalidDataException("it is no trainer state of this version");
        var state = new TrainerState
        {
            Fingerprint = reader.ReadString(),
            Step = reader.ReadInt32(),
            DataPosition = reader.ReadInt64(),
            BestValidationLoss = reader.ReadDouble(),
            History = ReadHistory(reader, end),
            Tensors = ReadTensors(reader, end),
        };
        return reader.BaseStream.Position == end
            ? state
            : throw new InvalidDataException("bytes are left over after the last tensor");
    }

    private static TrainingStep[] ReadHistory(BinaryReader reader, long end)
    {
        var history = new TrainingStep[ReadCount(reader, end, HistoryEntryBytes)];
        for (int i = 0; i < history.Length; i++)
        {
            int stepCount = reader.ReadInt32();
            double trainLoss = reader.ReadDouble();
            double validationLoss = reader.ReadDouble();
            history[i] = new TrainingStep(
                i + 1, stepCount, trainLoss, double.IsNaN(validationLoss) ? null : validationLoss, reader.ReadInt64());
        }

        return history;
    }

    private static TensorState[] ReadTensors(BinaryReader reader, long end)
    {
        var tensors = new TensorState[ReadCount(reader, end, sizeof(int))];
        for (int i = 0; i < tensors.Length; i++)
        {
            tensors[i] = new TensorState(
                reader.ReadString(), ReadFloats(reader, end), ReadFloats(reader, end), ReadFloats(reader, end));
        }

        return tensors;
    }

    /// <summary>A count whose elements fit what is left of the file, so no fault can ask for more memory than
    /// that.</summary>
    private static int ReadCount(BinaryReader reader, long end, int elementBytes)
    {
        int count = reader.ReadInt32();
        long left = end - reader.BaseStream.Position;
        return count >= 0 && (long)count * elementBytes <= left
            ? count
            : throw new InvalidDataException($"{count} elements are claimed where {left} bytes are left");
    }

    private static float[] ReadFloats(BinaryReader reader, long end)
    {
        float[] values = new float[ReadCount(reader, end, sizeof(float))];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    /// <summary>Where the checksum begins, once it is found right.</summary>
    private static long CheckedEnd(FileStream stream)
    {
        long end = stream.Length - SHA256.HashSizeInBytes;
        if (end < 0) throw new InvalidDataException($"{stream.Length} bytes are too few for a trainer state");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] chunk = new byte[1 << 16];
        for (long left = end; left > 0;)
        {
            int count = stream.ReadAtLeast(chunk.AsSpan(0, (int)Math.Min(chunk.Length, left)), 1);
            hash.AppendData(chunk, 0, count);
            left -= count;
        }

        Span<byte> expected = stackalloc byte[SHA256.HashSizeInBytes];
        stream.ReadExactly(expected);
        return expected.SequenceEqual(hash.GetHashAndReset())
            ? end
            : throw new InvalidDataException("its checksum is wrong, the file is damaged");
    }
}
