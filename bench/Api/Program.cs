using System.CommandLine;
using Hybrid.Api.Bench;

var model = new Option<string?>("--model") { Description = "A model folder. If not given, one of the speed of a small phone model is written." };
var rounds = new Option<int>("--rounds") { Description = "How often each side answers.", DefaultValueFactory = _ => 40 };
var tokens = new Option<int>("--tokens") { Description = "How long an answer is.", DefaultValueFactory = _ => 128 };
var folder = new Option<string?>("--folder") { Description = "On which disk the journal lies: a folder is made in this one and deleted afterwards." };
var json = new Option<bool>("--json") { Description = "One JSON line on stdout instead of a table." };
var root = new RootCommand(
    "Measures what the device's OpenAI API adds to calling the model in the same process: to the first token, and to the tokens a second.\n"
    + "Exit code 0 if both bounds are kept, 1 if not. Only on a quiet machine do the figures say anything.\n\n"
    + "  dotnet run -c Release --project bench/Api\n"
    + "  dotnet run -c Release --project bench/Api -- --model models/starter/small --json")
{
    model, rounds, tokens, folder, json,
};
root.SetAction((result, token) => ApiBench.RunAsync(
    result.GetValue(model), result.GetValue(rounds), result.GetValue(tokens), result.GetValue(folder) ?? Path.GetTempPath(), result.GetValue(json), token));

return await root.Parse(args).InvokeAsync();
