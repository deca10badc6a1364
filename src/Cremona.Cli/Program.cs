using Cremona.Cli.CommandLine;

return await CommandTree.InvokeAsync(args, Terminal.FromProcess(), CancellationToken.None);
