namespace Hybrid.Inference.Folders;

/// <summary>Reads from the publisher's <c>config.json</c> where LongRoPE changes its factors.</summary>
internal static class ModelConfigFile
{
    public const string FileName = "config.json";

    private const string OriginalLength = "original_max_position_embeddings";

    /// <summary>The context length up to which the short LongRoPE factors hold; null for models without LongRoPE.</summary>
    public static int? ReadLongRopeLength(string folder, GenAiConfig config, OnnxGraphFacts graph)
    {
        var file = new FolderFile(folder, FileName);
        if (!file.Exists)
        {
            return LengthByType(config, graph);
        }

        using var document = JsonFile.Parse(file);
        var root = JsonSection.Root(file, document);
        var scaling = root.Section("rope_scaling") ?? root.Section("rope_parameters");
        if (scaling is null || (scaling.Text("rope_type") ?? scaling.Text("type")) is not ("longrope" or "su"))
        {
            return null;
        }

        var length = root.Whole(OriginalLength, 1) ?? scaling.Whole(OriginalLength, 1) ?? throw root.Missing(OriginalLength);
        return length < config.ContextLength ? length : null;
    }

    /// <summary>
    /// Without the file, the lengths that GenAI hard-codes (generators.cpp, 4097 and 8193 being the first tokens past them). The switch
    /// is an <c>If</c> node, so a graph without one (Phi-4) has a single set of factors.
    /// </summary>
    private static int? LengthByType(GenAiConfig config, OnnxGraphFacts graph)
    {
        int? length = config.ModelType switch
        {
            "phi3" or "phimoe" => 4096,
            "phi3small" => 8192,
            _ => null,
        };
        return length < config.ContextLength && graph.OperatorCounts.ContainsKey("If") ? length : null;
    }
}
