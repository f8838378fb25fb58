namespace Hybrid.Inference.Folders;

/// <summary>A model folder in the onnxruntime-genai layout that has been read and found usable.</summary>
/// <remarks>Immutable, and free of ONNX Runtime: nothing is loaded yet. Whatever is wrong with a folder is found here.</remarks>
public sealed record ModelFolder
{
    private const int ShownNames = 8;
    private const int SearchDepth = 3;

    private ModelFolder()
    {
    }

    /// <summary>The folder's full path.</summary>
    public required string Path { get; init; }

    /// <summary>The folder's own name.</summary>
    public required string Name { get; init; }

    /// <summary>The full path of the decoder graph.</summary>
    public required string OnnxFile { get; init; }

    /// <summary>What <c>genai_config.json</c> says.</summary>
    public required GenAiConfig Config { get; init; }

    /// <summary>What the graph's file tells without loading it.</summary>
    public required OnnxGraphFacts Graph { get; init; }

    /// <summary>The full path of <c>tokenizer.json</c>.</summary>
    public required string TokenizerFile { get; init; }

    /// <summary>The chat template in Jinja; null where the folder has none.</summary>
    public string? ChatTemplate { get; init; }

    /// <summary>The file that <see cref="ChatTemplate"/> came from, or would be expected in.</summary>
    public required string ChatTemplateFile { get; init; }

    /// <summary>The text of the token that begins a text, from <c>tokenizer_config.json</c>.</summary>
    public string? BosToken { get; init; }

    /// <summary>The text of the token that ends a text, from <c>tokenizer_config.json</c>.</summary>
    public string? EosToken { get; init; }

    /// <summary>The length at which LongRoPE changes its factors and a cache built before becomes useless; null without LongRoPE.</summary>
    public int? LongRopeOriginalLength { get; init; }

    /// <summary>Whether a <c>SHA256SUMS</c> file was there and every file it lists matched.</summary>
    public bool ChecksumsVerified { get; init; }

    /// <summary>Reads and checks a folder.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="cancellationToken">Stops the check; hashing large files can take a while.</param>
    /// <exception cref="ModelFolderException">The folder cannot be used; the message says why and how to mend it.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static ModelFolder Open(string path, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(path);
        cancellationToken.ThrowIfCancellationRequested();
        var folder = FindFolder(path, cancellationToken);
        var config = GenAiConfigReader.Read(folder);
        var onnx = FindGraph(folder, config.Decoder.Filename);
        var graph = OnnxGraphReader.Read(onnx, cancellationToken);
        GraphCheck.Run(onnx, config, graph);
        var tokenizer = TokenizerFiles.Read(folder);
        return new ModelFolder
        {
            Path = folder,
            Name = System.IO.Path.GetFileName(folder),
            OnnxFile = onnx.FullPath,
            Config = config,
            Graph = graph,
            TokenizerFile = System.IO.Path.Combine(folder, TokenizerFiles.TokenizerName),
            ChatTemplate = tokenizer.ChatTemplate,
            ChatTemplateFile = tokenizer.ChatTemplateFile,
            BosToken = tokenizer.BosToken,
            EosToken = tokenizer.EosToken,
            LongRopeOriginalLength = ModelConfigFile.ReadLongRopeLength(folder, config, graph),
            ChecksumsVerified = ChecksumFile.Verify(folder, cancellationToken),
        };
    }

    private static string FindFolder(string path, CancellationToken cancellationToken)
    {
        try
        {
            if (path.Length == 0)
            {
                throw new ModelFolderException("(empty path)", "no model folder is named", "Give the folder that holds genai_config.json.");
            }

            var folder = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
            if (File.Exists(folder))
            {
                throw new ModelFolderException(path, "is a file, not a model folder", $"Give its folder: {System.IO.Path.GetDirectoryName(folder)}.");
            }

            if (!Directory.Exists(folder))
            {
                throw new ModelFolderException(path, "does not exist", "Correct the path, or download the model there.");
            }

            return new FolderFile(folder, GenAiConfig.FileName).Exists ? folder : throw NoConfig(path, folder, cancellationToken);
        }
        catch (Exception exception) when (FolderFile.IsFileProblem(exception))
        {
            throw new ModelFolderException(
                path, $"cannot be read ({exception.Message.TrimEnd('.')})", "Make the folder readable for the account that runs Hybrid.", exception);
        }
    }

    private static ModelFolderException NoConfig(string path, string folder, CancellationToken cancellationToken)
    {
        // A whole repository (cpu_and_mobile/…, gpu/…) is the usual mistake; name the folders inside that would do.
        var options = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = SearchDepth, IgnoreInaccessible = true };
        var inner = new List<string>();
        foreach (var entry in Directory.EnumerateFiles(folder, GenAiConfig.FileName, options))
        {
            cancellationToken.ThrowIfCancellationRequested();
            inner.Add(System.IO.Path.GetRelativePath(folder, System.IO.Path.GetDirectoryName(entry)!));
            if (inner.Count == ShownNames)
            {
                break;
            }
        }

        // Listing proves the folder readable: File.Exists says no to whatever it may not look at.
        _ = Directory.EnumerateFileSystemEntries(folder).Any();
        return inner.Count == 0
            ? new ModelFolderException(path, $"holds no {GenAiConfig.FileName}", "Use a folder in the onnxruntime-genai layout, complete with that file.")
            : new ModelFolderException(
                path,
                $"holds no {GenAiConfig.FileName}, but folders inside it do",
                $"Give one of them: {string.Join(", ", inner.Order(StringComparer.Ordinal))}.");
    }

    private static FolderFile FindGraph(string folder, string name)
    {
        var file = new FolderFile(folder, name);
        if (file.Exists)
        {
            return file;
        }

        string[] others;
        try
        {
            others = [.. Directory.EnumerateFiles(folder, "*.onnx").Select(System.IO.Path.GetFileName).Order(StringComparer.Ordinal).Take(ShownNames)!];
        }
        catch (Exception exception) when (FolderFile.IsFileProblem(exception))
        {
            others = [];
        }

        throw file.Missing(others.Length == 0
            ? "Download it from the same place; the folder has no .onnx file."
            : $"Download it, or set model.decoder.filename in {GenAiConfig.FileName} to one that is there: {string.Join(", ", others)}.");
    }
}
