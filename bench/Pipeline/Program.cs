using System.CommandLine;
using Hybrid.Pipeline.Bench;

var prompts = new Option<int>("--prompts") { Description = "How many prompts each figure is taken over.", DefaultValueFactory = _ => 200 };
var callers = new Option<int>("--callers") { Description = "Callers that each wait for their answer before they ask the next.", DefaultValueFactory = _ => 2 };
var json = new Option<bool>("--json") { Description = "One JSON line on stdout instead of a table." };

var local = new Command("local", "What journal, queue and gate add to a local answer, against the bare model in turns.") { prompts, json };
local.SetAction((result, token) => LocalBench.RunAsync(result.GetValue(prompts), result.GetValue(json), token));

var cloud = new Command("escalation", "An escalation's way there and back through real programs and the storage emulator, in its parts, without the model's time.")
{
    prompts, callers, json,
};
cloud.SetAction((result, token) => EscalationBench.RunAsync(result.GetValue(prompts), result.GetValue(callers), result.GetValue(json), token));

var program = new Option<FileInfo>("--program") { Description = "A published hybrid-edge. Without it, what was built in this checkout." };
program.AcceptExistingOnly();
var start = new Command("start", "A device without a model: how soon /healthz answers, and how much memory it keeps.") { program, json };
start.SetAction((result, token) => StartBench.RunAsync(result.GetValue(program), result.GetValue(json), token));

var root = new RootCommand(
    "Measures what the pipeline costs beside the models. Exit code 1 if a bound is not kept.\n\n" +
    "  dotnet run -c Release --project bench/Pipeline -- local\n" +
    "  dotnet run -c Release --project bench/Pipeline -- escalation --callers 4 --json\n" +
    "  packaging/publish.sh artifacts/published edge-linux-x64-aot\n" +
    "  dotnet run -c Release --project bench/Pipeline -- start --program artifacts/published/edge-linux-x64-aot/hybrid-edge")
{
    local, cloud, start,
};
return await root.Parse(args).InvokeAsync();
