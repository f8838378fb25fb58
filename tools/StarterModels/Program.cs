using System.CommandLine;
using Hybrid.StarterModels.Cli;

var parsed = StarterCommands.Create(TimeProvider.System).Parse(args);

// The trainer saves its checkpoint after Ctrl+C; the default of two seconds is too short for it.
var code = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
return parsed.Errors.Count > 0 ? CommandRun.Misused : code;
