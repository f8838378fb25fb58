using System.CommandLine;
using Hybrid.Api.Bench;

var model = new Option<string?>("--model") { Description = "A model folder. If not given, one of the speed of a small phone model is written." };
var starts = new Option<int>("--starts") { Description = "How often each side begins an answer, for the time to the first token.", DefaultValueFactory = _ => 200 };
var rounds = new Option<int>("--rounds") { Description = "How often each side gives a whole answer, for the tokens a second.", DefaultValueFactory = _ => 20 };
var tokens = new Option<int>("--tokens") { Description = "How long a whole answer is.", DefaultValueFactory = _ => 128 };
var threads = new Option<int?>("--threads") { Description = "Threads for the model. If not given, all processors, as on a device." };
var folder = new Option<string?>("--folder") { Description = "On which disk the journal lies: a folder is made in this one and deleted afterwards." };
var json = new Option<bool>("--json") { Description = "One JSON line on stdout instead of a table." };
var root = new RootCommand(
    "Measures what the device's OpenAI API adds to calling the model in the same process: to the first token, and to the tokens a second.\n"
    + "Exit code 0 if both bounds are kept, 1 if not. Only on a quiet machine do the figures say anything.\n\n"
    + "  dotnet run -c Release --project bench/Api\n"
    + "  dotnet run -c Release --project bench/Api -- --model models/starter/small --json")
{
    model, starts, rounds, tokens, threads, folder, json,
};
root.SetAction((result, token) => ApiBench.RunAsync(
    new BenchPlan(
        result.GetValue(model), result.GetValue(starts), result.GetValue(rounds), result.GetValue(tokens), result.GetValue(threads),
        result.GetValue(folder) ?? Path.GetTempPath()),
    result.GetValue(json), token));

return await root.Parse(args).InvokeAsync();
