using Hybrid.EdgeWorker.Models;
using Hybrid.EdgeWorker.Routing;
using Microsoft.Extensions.Configuration;

namespace Hybrid.EdgeWorker.Tests.Models;

/// <summary>Which backend a build has, and what is said where it has it not.</summary>
public sealed class ModelBackendTests
{
    [Fact]
    public void Read_OnnxGenAI_IsRefusedUnlessTheBuildHasIt()
    {
        var failures = Read("OnnxGenAI");

        if (OnnxGenAIPart.IsBuilt)
        {
            Assert.Empty(failures);
        }
        else
        {
            var failure = Assert.Single(failures);
            Assert.StartsWith("Models:Backend is 'OnnxGenAI'; it must be OnnxRuntime", failure, StringComparison.Ordinal);
            Assert.Contains("-p:PackageSet=Full", failure, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("1")]
    [InlineData("Pigeon")]
    public void Read_NoBackend_IsNamed(string value) =>
        Assert.StartsWith($"Models:Backend is '{value}'; it must be one of OnnxRuntime, OnnxGenAI", Assert.Single(Read(value)), StringComparison.Ordinal);

    [Fact]
    public void Read_Default_IsTheOwnDecodeLoop()
    {
        Assert.Empty(Read("onnxruntime"));
        Assert.Equal(ModelBackend.OnnxRuntime, new ModelsOptions().Backend);
    }

    [Theory]
    [InlineData(0.0, true)]
    [InlineData(0.01, false)]
    public void IsSure_ConfidenceUnavailable_OnlyWhereNoneIsAsked(double threshold, bool sure) =>
        Assert.Equal(sure, new Router(new RoutingOptions { ConfidenceThreshold = threshold }).IsSure(null));

    private static List<string> Read(string backend)
    {
        var failures = new List<string>();
        _ = ModelsOptionsReader.Read(
            new ConfigurationBuilder().AddInMemoryCollection([new("Models:Backend", backend)]).Build(), failures);
        return failures;
    }
}
