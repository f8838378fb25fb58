using System.CommandLine;
using System.Globalization;
using Hybrid.ColdStart.Bench;

var published = new Option<DirectoryInfo>("--published")
{
    Description = "What packaging/publish.sh wrote, with cloud-deploy and cloud-aot.",
    DefaultValueFactory = _ => new DirectoryInfo("artifacts/published"),
};
var starts = new Option<int>("--starts") { Description = "How often each is started; 1 to 1000.", DefaultValueFactory = _ => 10 };
starts.Validators.Add(result =>
{
    if (result.Tokens is [var token] && !(int.TryParse(token.Value, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 1000))
    {
        result.AddError($"--starts is '{token.Value}'; it must be a whole number between 1 and 1000.");
    }
});
var json = new Option<bool>("--json") { Description = "One JSON line on stdout instead of a table." };
var root = new RootCommand(
    "Measures how long the cloud functions take from the start of the process to the first HTTP 200, as machine code and compiled at run time. " +
    "Exit code 1 if machine code takes more than a quarter.\n\n" +
    "  packaging/publish.sh artifacts/published cloud-deploy cloud-aot\n" +
    "  dotnet run -c Release --project bench/ColdStart")
{
    published, starts, json,
};
root.SetAction(async (result, cancellationToken) =>
{
    try
    {
        return await StartBench.RunAsync(result.GetRequiredValue(published), result.GetValue(starts), result.GetValue(json), cancellationToken);
    }
    catch (BenchException exception)
    {
        await Console.Error.WriteLineAsync(exception.Message);
        return 1;
    }
});
return await root.Parse(args).InvokeAsync();
