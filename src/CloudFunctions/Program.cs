using Hybrid.CloudFunctions.Cli;

return await CloudCommand.InvokeAsync(args, Console.Out, Console.Error);
