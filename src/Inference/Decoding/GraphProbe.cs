using Hybrid.Inference.Folders;
using Hybrid.Inference.Sampling;
using Microsoft.ML.OnnxRuntime;

namespace Hybrid.Inference.Decoding;

/// <summary>Runs a graph once on a few tokens, so that one that loads but does not work is refused before anybody asks it something.</summary>
internal static class GraphProbe
{
    /// <exception cref="ModelFolderException">The graph fails, or its output is not numbers.</exception>
    public static void Run(ModelGraph graph, string file)
    {
        using var arena = new KvArena(graph.Layout);
        // More room than tokens: the engine always shares a buffer that is larger than what it holds.
        arena.Resize(1, DecodeEngine.CapacityBlock, []);
        using var binding = new GraphBinding(graph, arena);
        using var options = new RunOptions();
        var widened = new float[graph.VocabularySize];
        var scratch = new float[graph.VocabularySize];
        try
        {
            Step(binding, options, [0, graph.VocabularySize - 1], 0);
            Check(binding.LastLogits(0, widened), scratch, file);
            Step(binding, options, [0], 2);
            Check(binding.LastLogits(0, widened), scratch, file);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new ModelFolderException(
                file,
                $"ONNX Runtime loads it but cannot run it: {ModelGraph.FirstLine(exception.Message)}",
                "Download the folder again, or use the int4 CPU variant of the model.",
                exception);
        }
    }

    private static void Step(GraphBinding binding, RunOptions options, ReadOnlySpan<int> tokens, int position)
    {
        binding.Point(0, 1, tokens.Length);
        binding.SetTokens(0, tokens, position);
        binding.SetMask([position + tokens.Length], position + tokens.Length);
        binding.Run(options);
    }

    private static void Check(ReadOnlySpan<float> logits, Span<float> scratch, string file)
    {
        if (!float.IsFinite(LogitRow.LogSumExp(logits, scratch)))
        {
            throw new ModelFolderException(
                file, "its output is not numbers (NaN or infinity), so its weights are damaged", "Download the folder again.");
        }
    }
}
