using System.Globalization;
using System.Text.Json;
using Hybrid.Inference.Folders;

namespace Hybrid.Inference.Embeddings;

/// <summary>A folder of an embedding model that has been read and found usable. Immutable; nothing is loaded yet.</summary>
internal sealed record EmbeddingFolder
{
    private const string GraphName = "model.onnx";
    private const string InnerFolder = "onnx";
    private const string ModulesName = "modules.json";
    private const string ConfigName = "config.json";
    private const int ShownNames = 8;

    /// <summary>Beyond this a length in <c>tokenizer_config.json</c> means "none": publishers write 1e30.</summary>
    private const double LargestLength = 1 << 20;

    public required string Path { get; init; }

    public required string Name { get; init; }

    public required string OnnxFile { get; init; }

    /// <summary>The width of a token's vector.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>The most tokens of a text, special ones included.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>What fills a batch.</summary>
    public required int PadToken { get; init; }

    /// <summary>The position of the first token where the graph asks for positions.</summary>
    public required int FirstPosition { get; init; }

    public required PoolingMode Pooling { get; init; }

    /// <summary>Whether vectors get length 1.</summary>
    public required bool Normalizes { get; init; }

    /// <exception cref="ModelFolderException">The folder cannot be used.</exception>
    public static EmbeddingFolder Open(string path, CancellationToken cancellationToken)
    {
        var folder = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        if (!Directory.Exists(folder))
        {
            throw new ModelFolderException(path, "does not exist", "Correct the path, or download the embedding model there.");
        }

        var file = new FolderFile(folder, ConfigName);
        if (!file.Exists)
        {
            throw file.Missing("Use the folder of an embedding model as published, complete with that file.");
        }

        using var document = JsonFile.Parse(file);
        var config = JsonSection.Root(file, document);
        var pad = config.Whole("pad_token_id", 0) ?? 0;
        // RoBERTa and its kin count positions from behind the padding token's.
        var type = config.Text("model_type");
        var first = type is "roberta" or "xlm-roberta" or "camembert" or "mpnet" ? pad + 1 : 0;
        var (pooling, normalizes) = ReadModules(folder);
        ChecksumFile.Verify(folder, cancellationToken);
        return new EmbeddingFolder
        {
            Path = folder,
            Name = System.IO.Path.GetFileName(folder),
            OnnxFile = FindGraph(folder).FullPath,
            HiddenSize = config.Whole("hidden_size", 1) ?? config.Whole("dim", 1) ?? throw config.Missing("hidden_size"),
            MaxTokens = ReadMaxTokens(folder, config, first),
            PadToken = pad,
            FirstPosition = first,
            Pooling = pooling,
            Normalizes = normalizes,
        };
    }

    private static FolderFile FindGraph(string folder)
    {
        foreach (var place in new[] { folder, System.IO.Path.Combine(folder, InnerFolder) })
        {
            var file = new FolderFile(place, GraphName);
            if (file.Exists)
            {
                using var handle = file.Open(out var length);
                return length > 0 ? file : throw file.Refuse("has 0 bytes", FolderFile.DownloadAgain);
            }
        }

        var others = Directory.EnumerateFiles(folder, "*.onnx", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 })
            .Select(file => System.IO.Path.GetRelativePath(folder, file)).Order(StringComparer.Ordinal).Take(ShownNames).ToList();
        throw new FolderFile(folder, GraphName).Missing(others.Count == 0
            ? $"Download the ONNX variant of the model: {GraphName} or {InnerFolder}/{GraphName}."
            : $"Rename the variant you want to {GraphName}; there are {string.Join(", ", others)}.");
    }

    private static int ReadMaxTokens(string folder, JsonSection config, int firstPosition)
    {
        var positions = config.Whole("max_position_embeddings", 1) is { } all ? all - firstPosition : (int?)null;
        var stated = Length(folder, "sentence_bert_config.json", "max_seq_length") ?? Length(folder, "tokenizer_config.json", "model_max_length");
        var most = Math.Min(positions ?? int.MaxValue, stated ?? int.MaxValue);
        return most is > 0 and < int.MaxValue ? most : throw config.Missing("max_position_embeddings");
    }

    private static int? Length(string folder, string name, string key)
    {
        var file = new FolderFile(folder, name);
        if (!file.Exists)
        {
            return null;
        }

        using var document = JsonFile.Parse(file);
        return JsonSection.Root(file, document).Number(key, 1, double.MaxValue) is { } length && length <= LargestLength ? (int)length : null;
    }

    /// <summary>Reads which steps come after the graph; without the file, the mean and nothing else, as sentence-transformers has it.</summary>
    private static (PoolingMode Pooling, bool Normalizes) ReadModules(string folder)
    {
        var file = new FolderFile(folder, ModulesName);
        if (!file.Exists)
        {
            return (ReadPooling(folder, "1_Pooling"), false);
        }

        using var document = JsonFile.Parse(file);
        if (document.RootElement.ValueKind != JsonValueKind.Array)
        {
            throw file.Refuse("holds no list of modules", FolderFile.DownloadAgain);
        }

        PoolingMode? pooling = null;
        var normalizes = false;
        foreach (var (index, module) in document.RootElement.EnumerateArray().Index())
        {
            var type = Text(module, "type") ?? throw file.Refuse(string.Create(CultureInfo.InvariantCulture, $"has no type for module {index}"), FolderFile.DownloadAgain);
            switch (type[(type.LastIndexOf('.') + 1)..])
            {
                case "Transformer" when index == 0:
                    break;
                case "Pooling" when pooling is null && !normalizes:
                    var path = Text(module, "path") ?? "1_Pooling";
                    pooling = FolderFile.IsPlainName(path) ? ReadPooling(folder, path) : throw file.Refuse($"names the path \"{path}\"", "Use a folder as published.");
                    break;
                case "Normalize":
                    normalizes = true;
                    break;
                default:
                    throw file.Refuse(
                        string.Create(CultureInfo.InvariantCulture, $"has the module {type} in place {index}, which is not supported"),
                        "Use a model of a Transformer, Pooling and Normalize.");
            }
        }

        return (pooling ?? ReadPooling(folder, "1_Pooling"), normalizes);
    }

    private static PoolingMode ReadPooling(string folder, string path)
    {
        var file = new FolderFile(folder, $"{path}/{ConfigName}");
        if (!file.Exists)
        {
            return PoolingMode.Mean;
        }

        using var document = JsonFile.Parse(file);
        var config = JsonSection.Root(file, document);
        var modes = config.Keys().Where(key => key.StartsWith("pooling_mode_", StringComparison.Ordinal) && config.Flag(key) is true).ToList();
        if (config.Find("pooling_mode") is not null)
        {
            modes = [$"pooling_mode_{config.Text("pooling_mode")}"];
        }

        return modes switch
        {
            ["pooling_mode_mean_tokens" or "pooling_mode_mean"] => PoolingMode.Mean,
            ["pooling_mode_cls_token" or "pooling_mode_cls"] => PoolingMode.FirstToken,
            ["pooling_mode_lasttoken"] => PoolingMode.LastToken,
            _ => throw file.Refuse(
                modes.Count == 0 ? "names no pooling mode" : $"asks for {string.Join(" and ", modes)}",
                "Use a model that pools in one way: the mean, the first or the last token."),
        };
    }

    private static string? Text(JsonElement module, string key) =>
        module.ValueKind == JsonValueKind.Object && module.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
