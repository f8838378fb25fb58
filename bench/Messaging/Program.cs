using System.CommandLine;
using Hybrid.Messaging.Bench;

var seconds = new Option<int>("--seconds") { Description = "How long each line is measured, both ways together.", DefaultValueFactory = _ => 24 };
var json = new Option<bool>("--json") { Description = "One JSON line on stdout instead of a table." };
var root = new RootCommand(
    "Measures how many messages a second the AMQP transport sends, each confirmed, against a bare loop on the same library; exit 1 below 0.9 of it.\n\n" +
    "  dotnet run -c Release --project bench/Messaging\n" +
    "  dotnet run -c Release --project bench/Messaging -- --json")
{
    seconds, json,
};
root.SetAction((result, token) => SenderBench.RunAsync(TimeSpan.FromSeconds(result.GetValue(seconds)), result.GetValue(json), token));

return await root.Parse(args).InvokeAsync();
