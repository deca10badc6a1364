using Cremona.Bench;
using Cremona.Bench.Door;
using Cremona.Bench.Load;

// Measures on this machine and writes what it measured to bench/results:
//   dotnet run -c Release --project bench/Cremona.Bench -- gemm [threads]
//   dotnet run -c Release --project bench/Cremona.Bench -- decode [threads]
//   dotnet run -c Release --project bench/Cremona.Bench -- nano [threads]
//   dotnet run -c Release --project bench/Cremona.Bench -- train-step [threads]
//   dotnet run -c Release --project bench/Cremona.Bench -- door
//   dotnet run -c Release --project bench/Cremona.Bench -- load [minutes]
int threads = args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 1;
switch (args.FirstOrDefault())
{
    case "gemm":
        GemmBench.Run(threads);
        return 0;
    case "decode":
        await DecodeBench.RunAsync(threads, CancellationToken.None);
        return 0;
    case "nano":
        await EmbeddedModelBench.RunAsync(
            Path.Combine(AppContext.BaseDirectory, "models", "nano"), threads, CancellationToken.None);
        return 0;
    case "train-step":
        TrainStepBench.Run(threads);
        return 0;
    case "door":
        await DoorBench.RunAsync();
        return 0;
    case "load":
        return await LoadBench.RunAsync(args.Length > 1 ? threads : 10);
    default:
        Console.Error.WriteLine("usage: Cremona.Bench gemm|decode|nano|train-step [threads], door, or load [minutes]");
        return 2;
}
