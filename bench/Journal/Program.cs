using System.CommandLine;
using Hybrid.Journal.Bench;

var seconds = new Option<int>("--seconds") { Description = "How long each line is measured.", DefaultValueFactory = _ => 5 };
var folder = new Option<string?>("--folder") { Description = "On which disk: a folder is made in this one and deleted afterwards. The temporary folder if not given." };
var json = new Option<bool>("--json") { Description = "One JSON line on stdout instead of a table." };
var root = new RootCommand(
    "Measures how many prompts a second the device accepts, each on disk before its caller hears so, and the same rows in a bare SQLite loop.\n\n" +
    "  dotnet run -c Release --project bench/Journal\n" +
    "  dotnet run -c Release --project bench/Journal -- --folder /mnt/sdcard --json")
{
    seconds, folder, json,
};
root.SetAction((result, token) => JournalBench.RunAsync(
    TimeSpan.FromSeconds(result.GetValue(seconds)), result.GetValue(folder) ?? Path.GetTempPath(), result.GetValue(json), token));

return await root.Parse(args).InvokeAsync();
