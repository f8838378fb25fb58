using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Hybrid.Architecture.Tests;

/// <summary>The portable set is free of the packages that some mirrors lack; what the full set adds says the same as what is there.</summary>
public sealed partial class PackageSetTests
{
    private static readonly string[] FullOnly =
        ["Azure.Messaging.ServiceBus", "Azure.Core.Amqp", "Microsoft.Azure.Functions.Worker", "Microsoft.ML.OnnxRuntimeGenAI"];

    private static readonly string Cloud = Path.Combine(Repository.Root, "src/CloudFunctions");

    private static bool IsPortable => typeof(PackageSetTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "PackageSet").Value == "Portable";

    [Fact]
    public void Restore_OfTheProducts_HasTheFullPackagesOnlyInTheFullSet()
    {
        // Every project that was restored beside this one; for the products as a whole, the tests of each look at the built assemblies.
        var folder = Path.Combine(Repository.Root, IsPortable ? "artifacts/obj" : "artifacts/full/obj");
        var assets = Directory.EnumerateDirectories(folder).Select(path => Path.Combine(path, "project.assets.json")).Where(File.Exists).ToList();
        Assert.NotEmpty(assets);
        var found = assets
            .SelectMany(file => JsonNode.Parse(File.ReadAllText(file))!["libraries"]!.AsObject().Select(pair => pair.Key))
            .Where(library => FullOnly.Any(name => library.StartsWith(name, StringComparison.OrdinalIgnoreCase)));

        if (IsPortable)
        {
            Assert.Empty(found.Distinct());
        }
    }

    [Fact]
    public void Sources_OutsideTheFullFolders_NameNoneOfTheirNamespaces()
    {
        string[] folders = ["src/CloudFunctions/Isolated/", "src/Messaging/ServiceBus/", "src/EdgeWorker/Models/OnnxGenAI/", "tests/Messaging.Tests/ServiceBus/"];
        var offenders =
            from file in Repository.SourceFiles("src").Concat(Repository.SourceFiles("tests"))
            let path = Path.GetRelativePath(Repository.Root, file).Replace('\\', '/')
            where !folders.Any(folder => path.StartsWith(folder, StringComparison.Ordinal))
            where UsingOfFull().IsMatch(File.ReadAllText(file))
            select path;

        Assert.Empty(offenders);
    }

    [Fact]
    public void IsolatedHostFile_IsTheOtherWithoutItsCustomHandler()
    {
        var custom = JsonNode.Parse(File.ReadAllText(Path.Combine(Cloud, "host.json")))!.AsObject();
        var isolated = JsonNode.Parse(File.ReadAllText(Path.Combine(Cloud, "Isolated/host.json")))!;

        Assert.True(custom.Remove("customHandler"));
        Assert.True(JsonNode.DeepEquals(custom, isolated));
    }

    [Fact]
    public void IsolatedLocalSettings_AreTheOthersButForTheRuntimeAndItsBundle()
    {
        var custom = JsonNode.Parse(File.ReadAllText(Path.Combine(Cloud, "local.settings.json")))!["Values"]!.AsObject();
        var isolated = JsonNode.Parse(File.ReadAllText(Path.Combine(Cloud, "Isolated/local.settings.json")))!["Values"]!.AsObject();

        Assert.Equal(("custom", "dotnet-isolated"), Take("FUNCTIONS_WORKER_RUNTIME"));
        Assert.True(custom.Remove("AzureFunctionsJobHost__extensionBundle__id") && custom.Remove("AzureFunctionsJobHost__extensionBundle__version"));
        Assert.True(JsonNode.DeepEquals(custom, isolated));

        (string?, string?) Take(string key)
        {
            var pair = ((string?)custom[key], (string?)isolated[key]);
            custom.Remove(key);
            isolated.Remove(key);
            return pair;
        }
    }

    public static TheoryData<string> Functions() => [.. Directory.GetDirectories(Path.Combine(Cloud, "Functions")).Select(path => Path.GetFileName(path)!)];

    [Theory]
    [MemberData(nameof(Functions))]
    public void IsolatedTrigger_OfEachFunction_SaysWhatItsFunctionJsonSays(string function)
    {
        var binding = JsonNode.Parse(File.ReadAllText(Path.Combine(Cloud, "Functions", function, "function.json")))!["bindings"]![0]!;
        var source = File.ReadAllText(Path.Combine(Cloud, "Isolated", $"{function}Trigger.cs"));

        Assert.Matches($@"\[Function\((FunctionNames\.{function}|""{function}""|{function}\.FunctionName)\)\]", source);
        Assert.Contains((string?)binding["type"] switch
        {
            "queueTrigger" => $"[QueueTrigger(\"{binding["queueName"]}\", Connection = CloudConfiguration.HostStorage)]",
            "serviceBusTrigger" => $"[ServiceBusTrigger(\"{binding["queueName"]}\", Connection = CloudConfiguration.HostServiceBus)]",
            "timerTrigger" => $"[TimerTrigger(\"{binding["schedule"]}\")]",
            _ => $"[HttpTrigger(AuthorizationLevel.{Capital((string)binding["authLevel"]!)}, \"{binding["methods"]![0]}\", Route = \"{binding["route"]}\")]",
        }, source, StringComparison.Ordinal);
    }

    private static string Capital(string word) => char.ToUpperInvariant(word[0]) + word[1..];

    [GeneratedRegex(@"^using (Azure\.Messaging\.ServiceBus|Microsoft\.Azure\.Functions|Microsoft\.ML\.OnnxRuntimeGenAI)", RegexOptions.Multiline)]
    private static partial Regex UsingOfFull();
}
