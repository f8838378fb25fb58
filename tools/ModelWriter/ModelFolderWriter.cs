using System.Text.Json.Nodes;
using Google.Protobuf;

namespace Hybrid.ModelWriter;

/// <summary>Writes whole model folders in the layout of onnxruntime-genai.</summary>
/// <remarks>
/// A folder holds <c>model.onnx</c>, <c>model.onnx.data</c>, <c>genai_config.json</c>, <c>config.json</c>, <c>tokenizer.json</c>,
/// <c>tokenizer_config.json</c>, <c>special_tokens_map.json</c> and, written last, <c>SHA256SUMS</c>: a folder without it is
/// unfinished. The same arguments give the same bytes.
/// </remarks>
public static class ModelFolderWriter
{
    /// <summary>The name of the graph's file.</summary>
    public const string GraphFile = "model.onnx";

    /// <summary>The name of the file with the tensors.</summary>
    public const string DataFile = "model.onnx.data";

    /// <summary>Writes a folder.</summary>
    /// <param name="folder">The folder; created if absent, files of the same names are replaced.</param>
    /// <param name="shape">The model to write.</param>
    /// <param name="weights">Gives each tensor when it is written, so that only one is in memory.</param>
    /// <param name="sideFiles">The tokenizer and what belongs to it.</param>
    /// <exception cref="ArgumentException">
    /// The shape cannot be written, the side files do not fit it, or the weights lack a tensor; the message names every cause.
    /// </exception>
    public static void Write(string folder, ModelShape shape, WeightSource weights, SideFiles sideFiles) =>
        Write(folder, shape, weights, sideFiles, null, CancellationToken.None);

    /// <summary>Writes a folder and reports each tensor.</summary>
    /// <param name="folder">The folder; created if absent, files of the same names are replaced.</param>
    /// <param name="shape">The model to write.</param>
    /// <param name="weights">Gives each tensor when it is written, so that only one is in memory.</param>
    /// <param name="sideFiles">The tokenizer and what belongs to it.</param>
    /// <param name="progress">Hears of each tensor, or null.</param>
    /// <param name="cancellationToken">Stops between two tensors and leaves an unfinished folder.</param>
    /// <exception cref="ArgumentException">
    /// The shape cannot be written, the side files do not fit it, or the weights lack a tensor; the message names every cause.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static void Write(
        string folder,
        ModelShape shape,
        WeightSource weights,
        SideFiles sideFiles,
        IProgress<WriteProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(sideFiles);
        ShapeCheck.ThrowIfInvalid(shape, sideFiles);

        Directory.CreateDirectory(folder);
        File.Delete(Path.Combine(folder, Sha256Sums.FileName));

        var json = new FolderJson(shape, sideFiles, GraphFile);
        WriteJson(folder, "special_tokens_map.json", json.SpecialTokens());
        WriteJson(folder, "tokenizer_config.json", json.TokenizerConfig());
        WriteJson(folder, "genai_config.json", json.GenAiConfig());
        WriteJson(folder, "config.json", json.ModelConfig());
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), sideFiles.TokenizerJson);
        WriteGraph(folder, shape, weights, progress, cancellationToken);
        Sha256Sums.Write(folder);
    }

    private static void WriteGraph(
        string folder, ModelShape shape, WeightSource weights, IProgress<WriteProgress>? progress, CancellationToken cancellationToken)
    {
        using var data = new ExternalData(folder, DataFile);
        var graph = new GraphBuilder();
        var tensors = new TensorWriter(graph, data, weights, progress, cancellationToken);
        var model = new DecoderGraph(shape, graph, tensors).Build();

        using var file = File.Create(Path.Combine(folder, GraphFile));
        model.WriteTo(file);
    }

    private static void WriteJson(string folder, string name, JsonObject content) =>
        File.WriteAllText(Path.Combine(folder, name), content.ToJsonString(FolderJson.Options) + "\n");
}
