using Hybrid.EdgeWorker.Tests.Models;
using Hybrid.ModelWriter;

[assembly: AssemblyFixture(typeof(TestModels))]

namespace Hybrid.EdgeWorker.Tests.Models;

/// <summary>A real model folder with random weights, written once for all tests and deleted after them.</summary>
public sealed class TestModels : IDisposable
{
    /// <summary>What the model is called: its folder's name.</summary>
    public const string Name = "endless";

    /// <summary>Prompt and answer together.</summary>
    public const int ContextTokens = 512;

    private readonly TemporaryFolder _root = new();

    public TestModels() => ModelFolderWriter.Write(Folder, ModelShape.Tiny, new EndlessWeights(), SideFiles.TinyByteLevel());

    public string Folder => _root.File(Name);

    public void Dispose() => _root.Dispose();
}
