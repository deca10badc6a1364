using Cremona.Training.Checkpoints;

namespace Cremona.Training.Tests.Checkpoints;

public class CheckpointFolderTests
{
    [Fact]
    public void FindNewest_FindsNothing_InAFolderThatIsNotThere()
    {
        using var folder = new ScratchFolder();
        CheckpointSearch found = new CheckpointFolder(folder["none"]).FindNewest("run");
        found.State.ShouldBeNull();
        found.Faults.ShouldBeEmpty();
    }

    [Fact]
    public void Save_KeepsTheLastTwo()
    {
        using var folder = new ScratchFolder();
        var checkpoints = new CheckpointFolder(folder.Path);
        foreach (int step in (int[])[9, 10, 11, 12]) checkpoints.Save(SampleState.At(step));

        checkpoints.FindNewest("run").State!.Step.ShouldBe(12);
        Files(folder).ShouldBe(["000000011.state", "000000012.state"]);
    }

    [Fact]
    public void FindNewest_UsesTheOlderAndSaysWhy_WhenTheNewestIsDamaged()
    {
        using var folder = new ScratchFolder();
        var checkpoints = new CheckpointFolder(folder.Path);
        checkpoints.Save(SampleState.At(1));
        checkpoints.Save(SampleState.At(2));
        string newest = folder["000000002.state"];
        Damage(newest);

        CheckpointSearch found = checkpoints.FindNewest("run");

        found.State!.Step.ShouldBe(1);
        found.Faults.ShouldHaveSingleItem().ShouldContain(newest);
    }

    [Fact]
    public void Save_KeepsTheWholeOnes_WhenDamagedOnesAreOfLaterSteps()
    {
        using var folder = new ScratchFolder();
        var checkpoints = new CheckpointFolder(folder.Path);
        foreach (int step in (int[])[3, 7, 8])
        {
            TrainerStateFile.Write(folder[$"00000000{step}.state"], SampleState.At(step));
            if (step > 3) Damage(folder[$"00000000{step}.state"]);
        }

        checkpoints.FindNewest("run").State!.Step.ShouldBe(3);
        checkpoints.Save(SampleState.At(5));

        Files(folder).ShouldBe(["000000003.state", "000000005.state"]);
        checkpoints.FindNewest("run").State!.Step.ShouldBe(5);
    }

    [Fact]
    public void FindNewest_Refuses_WhenTheCheckpointIsOfAnotherRun()
    {
        using var folder = new ScratchFolder();
        var checkpoints = new CheckpointFolder(folder.Path);
        checkpoints.Save(SampleState.At(1, fingerprint: "other"));
        Should.Throw<CheckpointMismatchException>(() => checkpoints.FindNewest("run")).Message.ShouldContain("other");
    }

    [Fact]
    public void Save_ClearsUp_WhatCrashesLeft()
    {
        using var folder = new ScratchFolder();
        var checkpoints = new CheckpointFolder(folder.Path);

        // One crash while a file was written, one after the rename and before the removal of the oldest.
        foreach (int step in (int[])[1, 2, 3]) TrainerStateFile.Write(folder[$"00000000{step}.state"], SampleState.At(step));
        File.WriteAllBytes(folder["000000004.state.tmp"], File.ReadAllBytes(folder["000000003.state"])[..50]);

        checkpoints.FindNewest("run").State!.Step.ShouldBe(3);
        checkpoints.Save(SampleState.At(5));
        Files(folder).ShouldBe(["000000003.state", "000000005.state"]);
    }

    [Fact]
    public void Save_LeavesWhatWasThere_WhenTheDiskFails()
    {
        using var folder = new ScratchFolder();
        var checkpoints = new CheckpointFolder(folder.Path);
        checkpoints.Save(SampleState.At(1));
        Directory.CreateDirectory(folder["000000002.state"]); // The rename cannot succeed.

        Should.Throw<IOException>(() => checkpoints.Save(SampleState.At(2)));

        Directory.Delete(folder["000000002.state"]);
        checkpoints.FindNewest("run").State!.Step.ShouldBe(1);
        Files(folder).ShouldBe(["000000001.state"]);
    }

    private static void Damage(string path)
    {
        byte[] content = File.ReadAllBytes(path);
        content[40] ^= 1;
        File.WriteAllBytes(path, content);
    }

    private static string[] Files(ScratchFolder folder) =>
        [.. Directory.EnumerateFiles(folder.Path).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
}
