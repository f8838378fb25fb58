using Hybrid.EdgeWorker.Cli;

return await EdgeCommand.InvokeAsync(args, Console.Out, Console.Error, Console.In);
