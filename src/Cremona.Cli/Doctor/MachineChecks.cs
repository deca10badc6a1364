using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Cremona.Inference.Kernels;

namespace Cremona.Cli.Doctor;

/// <summary>Looks at the machine: everything that can be known without the store.</summary>
public static class MachineChecks
{
    private const long MemoryMin = 512L << 20;
    private const long DiskMin = 256L << 20;

    public static Finding InstructionSet()
    {
        SimdLevel current = Inference.Kernels.InstructionSet.Current;
        SimdLevel best = Inference.Kernels.InstructionSet.Best;
        string forced = current == best ? "" : $" (forced; this machine has {best})";
        string bytes = $", {Inference.Kernels.InstructionSet.CurrentByteDot} for 8-bit and 4-bit weights";
        return new Finding("instruction set", true, current + bytes + forced);
    }

    public static Finding Cores() => new("cores", true, $"{Environment.ProcessorCount}");

    public static Finding Memory()
    {
        long bytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return bytes >= MemoryMin
            ? new Finding("memory", true, Size(bytes))
            : new Finding("memory", false, $"{Size(bytes)}, at least {Size(MemoryMin)} are needed; give the machine or container more");
    }

    public static Finding Disk(string folder)
    {
        long bytes = new DriveInfo(FindExisting(folder)).AvailableFreeSpace;
        return bytes >= DiskMin
            ? new Finding("disk", true, $"{Size(bytes)} free")
            : new Finding("disk", false, $"{Size(bytes)} free, at least {Size(DiskMin)} are needed; free some, or use another --data");
    }

    /// <summary>Writes and deletes a small file, which says more than permission bits do.</summary>
    public static Finding Writable(string folder)
    {
        string probe = Path.Combine(folder, ".doctor");
        try
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(probe, "can write");
            File.Delete(probe);
            return new Finding("data folder", true, folder);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return new Finding("data folder", false, $"{fault.Message}; give this user the folder, or use another --data");
        }
    }

    /// <summary>Whether a server could listen there now.</summary>
    public static Finding Port(Uri address)
    {
        IPAddress ip = IPAddress.TryParse(address.Host, out IPAddress? parsed) ? parsed : IPAddress.Loopback;
        try
        {
            using TcpListener listener = new(ip, address.Port);
            listener.Start();
            return new Finding("port", true, $"{address.Authority} is free");
        }
        catch (SocketException fault)
        {
            return new Finding(
                "port", false, $"{address.Authority}: {fault.Message}; stop what listens there, or use serve --urls with another");
        }
    }

    private static string FindExisting(string folder)
    {
        string path = Path.GetFullPath(folder);
        while (!Directory.Exists(path))
        {
            path = Path.GetDirectoryName(path)!;
        }

        return path;
    }

    private static string Size(long bytes) =>
        (bytes / (double)(1L << 30)).ToString("0.0 GiB", CultureInfo.InvariantCulture);
}
