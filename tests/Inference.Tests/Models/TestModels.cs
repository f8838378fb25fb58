using System.Collections.Concurrent;
using Hybrid.Inference.Tests.Models;
using Hybrid.Inference.Tests.Tokenization;
using Hybrid.ModelWriter;

[assembly: AssemblyFixture(typeof(TestModels))]

namespace Hybrid.Inference.Tests.Models;

/// <summary>Real model folders with random weights, written once for all tests and deleted after them.</summary>
public sealed class TestModels : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("hybrid-models-").FullName;
    private readonly ConcurrentDictionary<string, Lazy<string>> _folders = new();

    /// <summary>Two layers, 320 tokens, context 512.</summary>
    public static ModelShape Tiny => ModelShape.Tiny;

    /// <summary>A folder with the tiny model in fp32.</summary>
    public string TinyFolder => Folder("tiny", Tiny);

    /// <summary>The tiny model with weights that never choose a special token, so that answers reach their token limit.</summary>
    public string EndlessFolder => Folder("endless", Tiny, new EndlessWeights());

    /// <summary>A model over characters with byte fallback, with random weights.</summary>
    public string ByteFallbackFolder => _folders.GetOrAdd("fallback", _ => new Lazy<string>(() =>
    {
        var folder = Path.Combine(_root, "fallback");
        ModelFolderWriter.Write(folder, Tiny with { VocabularySize = 272 }, new RandomWeights(seed: 1), SideFiles.TinyByteLevel() with
        {
            TokenizerJson = TokenizerFiles.ByteFallback().ToJsonString(),
            BosTokenId = 1,
            EosTokenIds = [2, 268],
            PadTokenId = 2,
        });
        return folder;
    })).Value;

    /// <summary>The folder of a shape, written on first use.</summary>
    public string Folder(string name, ModelShape shape, WeightSource? weights = null) =>
        _folders.GetOrAdd(name, _ => new Lazy<string>(() =>
        {
            var folder = Path.Combine(_root, name);
            ModelFolderWriter.Write(folder, shape, weights ?? new RandomWeights(seed: 1), SideFiles.TinyByteLevel());
            return folder;
        })).Value;

    /// <summary>A copy of a folder that a test may damage.</summary>
    public string Copy(string folder)
    {
        var copy = Path.Combine(_root, Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(copy);
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        return copy;
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
