using System.CommandLine;

namespace Hybrid.StarterModels.Cli;

/// <summary>The options several commands share.</summary>
internal static class StarterOptions
{
    public static Option<string> Work() => new("--work")
    {
        Description = "Folder for corpora, checkpoints and weights; kept between runs.",
        DefaultValueFactory = _ => Path.Combine("artifacts", "starter"),
    };

    public static Option<string> Models() => new("--models")
    {
        Description = "Folder of the starter pair.",
        DefaultValueFactory = _ => Path.Combine("models", "starter"),
    };

    public static Option<string> Python() => new("--python")
    {
        Description = "Python 3 with PyTorch and NumPy.",
        DefaultValueFactory = _ => "python3",
    };

    public static Option<int> Threads()
    {
        var option = new Option<int>("--threads")
        {
            Description = "Threads for the trainer, 1 to 64. The weights depend on it in the last digits.",
            DefaultValueFactory = _ => 1,
        };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 64)
            {
                result.AddError("--threads must lie between 1 and 64.");
            }
        });
        return option;
    }

    public static Option<ulong[]> Seeds(string name, string model) => new(name)
    {
        Description = $"Seeds of the {model} model; the first is shipped, the others show the spread.",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [1],
    };
}
