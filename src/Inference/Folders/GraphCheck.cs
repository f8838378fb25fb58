namespace Hybrid.Inference.Folders;

/// <summary>Compares the graph with <c>genai_config.json</c>, so that a mixed-up folder is refused before a session is built.</summary>
internal static class GraphCheck
{
    private const int Float = 1;
    private const int Float16 = 10;
    private const int CacheRank = 4;
    private const int ShownNames = 8;

    private const string SameSource = "The folder mixes files of different models or is made by an unknown exporter: download it again as a whole.";

    public static void Run(FolderFile file, GenAiConfig config, OnnxGraphFacts graph)
    {
        var decoder = config.Decoder;
        var inputs = Index(graph.Inputs);
        var outputs = Index(graph.Outputs);

        Require(file, inputs, decoder.InputIds, "input");
        for (var layer = 0; layer < decoder.Layers; layer++)
        {
            CheckCache(file, decoder, Require(file, inputs, DecoderConfig.NameOf(decoder.PastKeyNames, layer), "input"));
            CheckCache(file, decoder, Require(file, inputs, DecoderConfig.NameOf(decoder.PastValueNames, layer), "input"));
            Require(file, outputs, DecoderConfig.NameOf(decoder.PresentKeyNames, layer), "output");
            Require(file, outputs, DecoderConfig.NameOf(decoder.PresentValueNames, layer), "output");
        }

        if (inputs.ContainsKey(DecoderConfig.NameOf(decoder.PastKeyNames, decoder.Layers)))
        {
            throw file.Refuse($"has more layers than model.decoder.num_hidden_layers in {GenAiConfig.FileName}, which is {decoder.Layers}", SameSource);
        }

        var logits = Require(file, outputs, decoder.Logits, "output");
        if (logits.Dimensions is [.., { } vocabulary] && vocabulary != config.VocabularySize)
        {
            throw file.Refuse(
                $"has a vocabulary of {vocabulary}, but model.vocab_size in {GenAiConfig.FileName} is {config.VocabularySize}", SameSource);
        }

        if (graph.EvictsFromCache)
        {
            throw file.Refuse(
                "evicts old entries from its key-value cache (sliding_window_cache), which is not supported",
                "Export the model again with the builder option windowed_kv_cache=false.");
        }
    }

    private static void CheckCache(FolderFile file, DecoderConfig decoder, OnnxValue cache)
    {
        if (cache.ElementType is not (Float or Float16 or 0))
        {
            throw file.Refuse(
                $"keeps {cache.Name} as ONNX element type {cache.ElementType}; only 1 (float) and 10 (float16) are supported",
                "Use a folder whose key-value cache is fp32 or fp16.");
        }

        var shape = cache.Dimensions;
        if (shape.Count > 0
            && (shape.Count != CacheRank || (shape[1] ?? decoder.KeyValueHeads) != decoder.KeyValueHeads || (shape[3] ?? decoder.HeadSize) != decoder.HeadSize))
        {
            throw file.Refuse(
                $"shapes {cache.Name} as [{string.Join(", ", shape.Select(size => size?.ToString() ?? "?"))}], but {GenAiConfig.FileName} has "
                + $"{decoder.KeyValueHeads} key-value heads of size {decoder.HeadSize}",
                SameSource);
        }
    }

    private static OnnxValue Require(FolderFile file, Dictionary<string, OnnxValue> values, string name, string kind) =>
        values.TryGetValue(name, out var value)
            ? value
            : throw file.Refuse(
                $"has no {kind} \"{name}\", which {GenAiConfig.FileName} names; it has {string.Join(", ", values.Keys.Order().Take(ShownNames))}"
                + (values.Count > ShownNames ? " …" : ""),
                SameSource);

    private static Dictionary<string, OnnxValue> Index(IReadOnlyList<OnnxValue> values)
    {
        var index = new Dictionary<string, OnnxValue>(StringComparer.Ordinal);
        foreach (var value in values)
        {
            index.TryAdd(value.Name, value);
        }

        return index;
    }
}
