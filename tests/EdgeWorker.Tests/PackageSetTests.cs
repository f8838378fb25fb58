using System.Reflection;
using Hybrid.EdgeWorker.Models;

namespace Hybrid.EdgeWorker.Tests;

/// <summary>What is peculiar to <c>PackageSet=Full</c> is in that build, and in no other.</summary>
public sealed class PackageSetTests
{
    private const string Package = "Microsoft.ML.OnnxRuntimeGenAI";
    private const string Namespace = "Hybrid.EdgeWorker.Models.OnnxGenAI";
    private static readonly Assembly Product = typeof(LocalModels).Assembly;

    [Fact]
    public void Assembly_ReferencesAndTypes_AreThoseOfItsPackageSet()
    {
        var isFull = Product.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "PackageSet").Value == "Full";
        var referenced = Product.GetReferencedAssemblies().Any(name => name.Name!.StartsWith(Package, StringComparison.Ordinal));
        var compiled = Product.GetTypes().Any(type => type.Namespace == Namespace);
        var beside = Directory.EnumerateFiles(AppContext.BaseDirectory, Package + "*").Any();

        Assert.Equal((isFull, isFull, isFull), (referenced, compiled, beside));
    }
}
