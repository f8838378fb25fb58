namespace Hybrid.StarterModels.Training;

/// <summary>The two models of the pair; the names are those of their folders and of their sections in <c>training.json</c>.</summary>
internal static class ModelSize
{
    public const string Small = "small";
    public const string Large = "large";
}
