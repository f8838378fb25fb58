using System.CommandLine;
using Hybrid.Inference.Bench;

var shape = new Option<string>("--shape") { Description = "1b (1.04 billion parameters, int4, as the documented figures) or small (a quick look).", DefaultValueFactory = _ => "1b" };
shape.AcceptOnlyFromAmong("1b", "small");
var rounds = new Option<int>("--rounds") { Description = "How often each comparison is repeated, both sides in turn.", DefaultValueFactory = _ => 7 };
var folder = new Option<string?>("--folder") { Description = "Where the model is written and kept; a temporary folder, deleted afterwards, if not given." };
var chunk = new Option<int>("--prefill-chunk") { Description = "Prompt tokens per run.", DefaultValueFactory = _ => new Hybrid.Inference.LocalModelOptions { Path = "-" }.PrefillChunkTokens };
var json = new Option<bool>("--json") { Description = "One JSON line on stdout instead of a table." };
var root = new RootCommand(
    "Measures the decode engine against a bare loop on ONNX Runtime, on one thread.\n\n" +
    "  dotnet run -c Release --project bench/Inference\n" +
    "  dotnet run -c Release --project bench/Inference -- --shape small --json\n" +
    "  dotnet run -c Release --project bench/Inference -- tokenizer FOLDER\n" +
    "  dotnet run -c Release --project bench/Inference -- constraints")
{
    shape, rounds, folder, chunk, json,
};
root.SetAction((result, token) => InferenceBench.RunAsync(
    result.GetValue(shape)!, result.GetValue(rounds), result.GetValue(folder), result.GetValue(chunk), result.GetValue(json), token));

var model = new Argument<string>("FOLDER") { Description = "A model folder with a tokenizer.json." };
var tokenizer = new Command("tokenizer", "Measures how many megabytes of text a folder's tokenizer encodes per second, on one thread.") { model };
tokenizer.SetAction(result => TokenizerBench.Run(result.GetValue(model)!));
root.Subcommands.Add(tokenizer);

var vocabulary = new Argument<string?>("FOLDER") { Description = "A model folder with a tokenizer.json; without it, 200,000 invented tokens.", Arity = ArgumentArity.ZeroOrOne };
var constraints = new Command("constraints", "Measures what holding answers to JSON costs per token, on one thread.") { vocabulary };
constraints.SetAction(result => ConstraintBench.Run(result.GetValue(vocabulary)));
root.Subcommands.Add(constraints);

return await root.Parse(args).InvokeAsync();
