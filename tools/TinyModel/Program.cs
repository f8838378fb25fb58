using System.CommandLine;
using Hybrid.ModelWriter;

var folder = new Argument<string>("FOLDER") { Description = "Where to write it; created if absent." };
var seed = new Option<int>("--seed") { Description = "Selects the weights.", DefaultValueFactory = _ => 1 };
var root = new RootCommand(
    "Writes a tiny model with random weights in the onnxruntime-genai layout, to try the runtime without a download.\n\n" +
    "  dotnet run --project tools/TinyModel -- tiny-model")
{
    folder, seed,
};
root.SetAction(result =>
{
    var path = result.GetValue(folder)!;
    try
    {
        ModelFolderWriter.Write(path, ModelShape.Tiny, new RandomWeights(result.GetValue(seed)), SideFiles.TinyByteLevel());
    }
    catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
    {
        Console.Error.WriteLine($"{path} cannot be written: {exception.Message}");
        return 1;
    }

    Console.WriteLine(Path.GetFullPath(path));
    return 0;
});
var result = root.Parse(args);
var code = result.Invoke();
return result.Errors.Count > 0 ? 2 : code;
