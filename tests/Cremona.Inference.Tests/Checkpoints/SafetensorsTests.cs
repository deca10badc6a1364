using System.Text;
using Cremona.Inference.Checkpoints;
using CsCheck;

namespace Cremona.Inference.Tests.Checkpoints;

public class SafetensorsTests
{
    [Fact]
    public void Read_GivesWhatWasWritten_InEveryType()
    {
        Gen.Float.Array[1, 300].Sample(
            values =>
            {
                foreach (TensorType type in Enum.GetValues<TensorType>())
                {
                    using var folder = new ScratchFolder();
                    SafetensorsWriter.Write(folder.File("x"), [new("a.b", values, [values.Length])], type);
                    using SafetensorsFile file = SafetensorsFile.Open(folder.File("x"));
                    float[] read = file.Read("a.b", values.Length);

                    // Rounding once is the whole loss: what was read is written again to the same numbers.
                    SafetensorsWriter.Write(folder.File("y"), [new("a.b", read, [values.Length])], type);
                    File.ReadAllBytes(folder.File("y")).ShouldBe(File.ReadAllBytes(folder.File("x")));
                    if (type == TensorType.F32)
                    {
                        read.ShouldBe(values);
                    }
                }
            },
            iter: 30);
    }

    [Theory]
    [InlineData(1f, 1f)]
    [InlineData(1.00390625f, 1f)] // halfway, ties to even
    [InlineData(1.01171875f, 1.015625f)] // halfway, ties to even upwards
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData(3.4e38f, float.PositiveInfinity)] // nearer to 2^128 than to the largest number
    public void BrainFloat_RoundsToNearestEven(float value, float expected)
    {
        using var folder = new ScratchFolder();
        SafetensorsWriter.Write(folder.File("x"), [new("t", [value], [1])], TensorType.BF16);
        using SafetensorsFile file = SafetensorsFile.Open(folder.File("x"));
        file.Read("t", 1)[0].ShouldBe(expected);
    }

    [Theory]
    [InlineData("{\"t\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", "does not fit")]
    [InlineData("{\"t\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}", "outside")]
    [InlineData("{\"t\":{\"dtype\":\"F32\",\"shape\":[9223372036854775807,9],\"data_offsets\":[0,8]}}", "does not fit")]
    [InlineData("{\"t\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,8]}}", "shape holds -1")]
    [InlineData("{\"t\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]}}", "dtype I64")]
    [InlineData("{\"t\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"u\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", "overlaps")]
    [InlineData("{\"t\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"t\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", "twice")]
    [InlineData("{\"t\":7}", "no dtype")]
    [InlineData("[1]", "not a JSON object")]
    [InlineData("{\"t\"", "no JSON")]
    public void Open_NamesTheFault_WhenTheHeaderIsWrong(string header, string fault)
    {
        using var folder = new ScratchFolder();
        byte[] json = Encoding.UTF8.GetBytes(header);
        File.WriteAllBytes(folder.File("x"), [.. BitConverter.GetBytes((ulong)json.Length), .. json, .. new byte[8]]);
        Should.Throw<InvalidDataException>(() => SafetensorsFile.Open(folder.File("x"))).Message.ShouldContain(fault);
    }

    [Fact]
    public void Open_NeverFailsOtherwise_WhenBytesAreCorrupted()
    {
        using var folder = new ScratchFolder();
        SafetensorsWriter.Write(folder.File("good"), [new("a", new float[10], [2, 5]), new("b", new float[3], [3])], TensorType.F32);
        byte[] good = File.ReadAllBytes(folder.File("good"));
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte, Gen.Int[0, good.Length]).Sample(
            (position, value, length) =>
            {
                byte[] bad = [.. good.AsSpan(0, length)];
                if (position < length)
                {
                    bad[position] = value;
                }

                File.WriteAllBytes(folder.File("bad"), bad);
                try
                {
                    using SafetensorsFile file = SafetensorsFile.Open(folder.File("bad"));
                    foreach (TensorEntry entry in file.Entries)
                    {
                        file.Read(entry.Name, [.. entry.Shape.Select(size => (int)size)]);
                    }
                }
                catch (InvalidDataException)
                {
                }
            },
            iter: 500,
            threads: 1);
    }

    [Fact]
    public void Write_LeavesTheOldFile_WhenItFails()
    {
        using var folder = new ScratchFolder();
        File.WriteAllText(folder.File("x"), "old");
        Should.Throw<IOException>(() => DurableFile.Write(folder.File("x"), _ => throw new IOException("disk full")));
        File.ReadAllText(folder.File("x")).ShouldBe("old");
        Directory.GetFiles(folder.Path).Length.ShouldBe(1);
    }
}
