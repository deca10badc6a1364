using System.Buffers.Binary;
using System.Security.Cryptography;
using Cremona.Training.Checkpoints;
using CsCheck;

namespace Cremona.Training.Tests.Checkpoints;

public class TrainerStateFileTests
{
    [Fact]
    public void Read_GivesWhatWasWritten_ForAnyState()
    {
        using var folder = new ScratchFolder();
        SampleState.Any.Sample(
            state =>
            {
                TrainerStateFile.Write(folder["state"], state);
                TrainerState read = TrainerStateFile.Read(folder["state"]);

                (read with { History = state.History, Tensors = state.Tensors }).ShouldBe(state);
                read.History.ShouldBe(state.History);
                read.Tensors.Count.ShouldBe(state.Tensors.Count);
                foreach ((TensorState expected, TensorState actual) in state.Tensors.Zip(read.Tensors))
                {
                    actual.Name.ShouldBe(expected.Name);
                    actual.Value.ShouldBe(expected.Value);
                    actual.Moment1.ShouldBe(expected.Moment1);
                    actual.Moment2.ShouldBe(expected.Moment2);
                }
            },
            iter: 60, threads: 1);
    }

    [Fact]
    public void Write_GivesTheSameBytes_ForTheSameState()
    {
        using var folder = new ScratchFolder();
        TrainerStateFile.Write(folder["a"], SampleState.At(3));
        TrainerStateFile.Write(folder["b"], SampleState.At(3));
        File.ReadAllBytes(folder["b"]).ShouldBe(File.ReadAllBytes(folder["a"]));
    }

    [Fact]
    public void Read_NamesTheFile_WhenAnyByteIsDamagedOrMissing()
    {
        using var folder = new ScratchFolder();
        TrainerStateFile.Write(folder["state"], SampleState.At(2));
        byte[] whole = File.ReadAllBytes(folder["state"]);
        for (int i = 0; i < whole.Length; i++)
        {
            byte[] damaged = [.. whole];
            damaged[i] ^= 0x10;
            Refuse(folder["damaged"], damaged);
            Refuse(folder["cut"], whole[..i]);
        }
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(-1)]
    public void Read_RefusesCounts_ThatTheFileCannotHold(int count)
    {
        using var folder = new ScratchFolder();
        TrainerStateFile.Write(folder["state"], SampleState.At(2));
        byte[] content = File.ReadAllBytes(folder["state"])[..^SHA256.HashSizeInBytes];

        // A right checksum over a wrong count: nothing but the count gives it away.
        for (int at = 0; at + sizeof(int) <= content.Length; at++)
        {
            byte[] hostile = [.. content];
            BinaryPrimitives.WriteInt32LittleEndian(hostile.AsSpan(at), count);
            File.WriteAllBytes(folder["hostile"], [.. hostile, .. SHA256.HashData(hostile)]);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Exception? fault = Record.Exception(() => TrainerStateFile.Read(folder["hostile"]));
            (fault is null or InvalidDataException).ShouldBeTrue($"{fault} at {at}");
            (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1 << 20);
        }
    }

    private static void Refuse(string path, byte[] content)
    {
        File.WriteAllBytes(path, content);
        Should.Throw<InvalidDataException>(() => TrainerStateFile.Read(path)).Message.ShouldContain(path);
    }
}
