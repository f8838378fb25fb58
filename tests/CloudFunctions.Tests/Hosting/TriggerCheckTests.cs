using System.Text.Json.Nodes;
using Hybrid.CloudFunctions.Hosting;
using Hybrid.CloudFunctions.Settings;
using Hybrid.Messaging;
using Microsoft.Extensions.Configuration;

namespace Hybrid.CloudFunctions.Tests.Hosting;

/// <summary>The host's settings and the transport must mean the same broker.</summary>
public sealed class TriggerCheckTests
{
    private static readonly string[] StorageOff =
        ["AzureWebJobs.Escalation.Disabled=true", "AzureWebJobs.EscalationPoison.Disabled=True", "AzureWebJobs_Result_Disabled=1"];

    private static readonly string[] ServiceBusOff =
    [
        "AzureWebJobs.EscalationServiceBus.Disabled=true", "AzureWebJobs.EscalationDeadLetter.Disabled=true",
        "AzureWebJobs.ResultServiceBus.Disabled=true",
    ];

    private const string ByIdentity = "AzureWebJobsServiceBus:fullyQualifiedNamespace=hybrid.servicebus.windows.net";

    [Fact]
    public void Storage_OtherSetOff_IsSilent() => AssertSilent("StorageQueue", ServiceBusOff);

    [Fact]
    public void Storage_NothingSetAtAll_IsOnlyAWarning()
    {
        var (failures, warnings) = Run("StorageQueue");

        Assert.Empty(failures);
        Assert.Contains("AzureWebJobs.EscalationDeadLetter.Disabled", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Storage_ServiceBusRunsToo_NamesEachSetting()
    {
        var (failures, _) = Run("storagequeue", "AzureWebJobsServiceBus=Endpoint=sb://hush", ServiceBusOff[0]);

        Assert.Equal(2, failures.Count);
        Assert.StartsWith("AzureWebJobs.EscalationDeadLetter.Disabled is not set; it must be true", failures[0], StringComparison.Ordinal);
        Assert.All(failures, failure => Assert.Contains("Messaging:Transport is 'storagequeue'", failure, StringComparison.Ordinal));
        Assert.DoesNotContain(failures, failure => failure.Contains("hush", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Amqp")]
    [InlineData("ServiceBus")]
    public void ServiceBus_OtherSetOffAndConnected_IsSilent(string transport) =>
        AssertSilent(transport, [.. StorageOff, ByIdentity]);

    [Fact]
    public void ServiceBus_StorageRunsAndNoConnection_NamesAll()
    {
        var (failures, _) = Run("Amqp", "AzureWebJobs.Escalation.Disabled=false");

        Assert.Equal(4, failures.Count);
        Assert.StartsWith("AzureWebJobs.Escalation.Disabled is false; it must be true", failures[0], StringComparison.Ordinal);
        Assert.Contains("AzureWebJobsServiceBus__fullyQualifiedNamespace", failures[3], StringComparison.Ordinal);
    }

    [Fact]
    public void ServiceBus_AnotherNamespaceThanTheHosts_IsNamed()
    {
        static void Set(MessagingOptions messaging) => messaging.Amqp.ConnectionString = "Endpoint=sb://other.servicebus.windows.net/;SharedAccessKey=hush";

        var failure = Assert.Single(Run("Amqp", Set, [.. StorageOff, ByIdentity]).Failures);

        Assert.Contains("'hybrid.servicebus.windows.net', but Messaging:Amqp to 'other.servicebus.windows.net'", failure, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", failure, StringComparison.Ordinal);
    }

    [Fact]
    public void ServiceBus_AnotherBrokerOrOtherNames_AreNamed()
    {
        static void Set(MessagingOptions messaging)
        {
            messaging.Amqp.Address = "amqp://rabbit";
            messaging.Amqp.Entities["escalations"] = "plant7";
        }

        var failures = Run("Amqp", Set, [.. StorageOff, ByIdentity]).Failures;

        Assert.Equal(2, failures.Count);
        Assert.StartsWith("Messaging:Amqp:Address is set", failures[0], StringComparison.Ordinal);
        Assert.StartsWith("Messaging:Amqp:Entities:escalations is 'plant7'", failures[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AzureWebJobsServiceBus:fullyQualifiedNamespace", "hybrid.servicebus.windows.net", "Messaging:Amqp:Namespace")]
    [InlineData("AzureWebJobsServiceBus", "Endpoint=sb://x/", "Messaging:Amqp:ConnectionString")]
    public void FromHostBus_TheTriggersBroker_BecomesOurs(string key, string value, string ours)
    {
        var host = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { [key] = value }).Build();

        Assert.Equal(value, CloudConfiguration.FromHostBus(host.GetSection(CloudConfiguration.HostServiceBus))[ours]);
    }

    [Fact]
    public async Task Start_IsolatedWorkerWanted_SaysHowToBuildIt()
    {
        await using var process = CloudProcess.Start(
            "dotnet", ["hybrid-cloud.dll", "--functions-uri", "http://127.0.0.1:1", "--functions-worker-id", "1"], []);

        Assert.Equal(2, await process.ExitAsync());
        Assert.Contains("-p:PackageSet=Full", process.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void BothSetsOff_IsAWarning()
    {
        var (failures, warnings) = Run("StorageQueue", [.. StorageOff, .. ServiceBusOff]);

        Assert.Empty(failures);
        Assert.Contains("Escalation, EscalationPoison, Result are disabled", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_Contradiction_IsNamedAndExits2()
    {
        await using var process = CloudProcess.Start("dotnet", ["hybrid-cloud.dll"], new Dictionary<string, string?>
        {
            ["FUNCTIONS_CUSTOMHANDLER_PORT"] = "1",
            ["AzureWebJobsServiceBus__fullyQualifiedNamespace"] = "hybrid.servicebus.windows.net",
        });

        Assert.Equal(2, await process.ExitAsync());
        Assert.Contains("AzureWebJobs.ResultServiceBus.Disabled is not set", process.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("maxAutoLockRenewalDuration", "00:05:00", "must not be shorter than functionTimeout (00:10:00)")]
    [InlineData("autoCompleteMessages", "false", "it must be true")]
    [InlineData("maxConcurrentCalls", "0", "it must be a number from 1 to 1000")]
    public async Task HostFile_WrongServiceBusValue_IsNamed(string key, string value, string named)
    {
        var variable = $"AzureFunctionsJobHost__extensions__serviceBus__{key}";
        await using var process = CloudProcess.Start(
            "dotnet", ["hybrid-cloud.dll", "--check"], new Dictionary<string, string?>
            {
                [variable] = value,
                ["HYBRID__Messaging__Transport"] = "Amqp",
                ["HYBRID__Messaging__Amqp__Namespace"] = "hybrid.servicebus.windows.net",
            });

        Assert.Equal(2, await process.ExitAsync());
        Assert.Contains($"extensions:serviceBus:{key} is '{value}'", process.Errors, StringComparison.Ordinal);
        Assert.Contains(named, process.Errors, StringComparison.Ordinal);
        Assert.Contains($"host.json or {variable}", process.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void HostFile_LongVisibilityTimeout_DoesNotMakeTheRestLonger() => Assert.Equal(
        TimeSpan.FromMinutes(1), (HostFile.Read([], overServiceBus: false) with { VisibilityTimeout = TimeSpan.FromDays(7) }).Rest);

    [Theory]
    [InlineData("EscalationServiceBus", "escalations")]
    [InlineData("EscalationDeadLetter", "escalations/$deadletterqueue")]
    [InlineData("ResultServiceBus", "results")]
    public async Task Folder_OfAServiceBusFunction_AsksForBytes(string function, string queue)
    {
        var path = Path.Combine(AppContext.BaseDirectory, function, "function.json");
        var binding = JsonNode.Parse(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken))!["bindings"]!.AsArray().Single()!;

        Assert.Equal(
            ("serviceBusTrigger", queue, CloudConfiguration.HostServiceBus, "binary"),
            ((string)binding["type"]!, (string)binding["queueName"]!, (string)binding["connection"]!, (string)binding["dataType"]!));
    }

    [Fact]
    public async Task Folders_AreTheFunctionsNames()
    {
        var folders = Directory.EnumerateFiles(AppContext.BaseDirectory, "function.json", SearchOption.AllDirectories)
            .Where(file => File.ReadAllText(file) is var text
                && (text.Contains("queueTrigger", StringComparison.Ordinal) || text.Contains("serviceBusTrigger", StringComparison.Ordinal)))
            .Select(file => new DirectoryInfo(file).Parent!.Name);
        var local = JsonNode.Parse(await File.ReadAllTextAsync(
            Path.Combine(AppContext.BaseDirectory, "local.settings.json"), TestContext.Current.CancellationToken))!["Values"]!.AsObject();
        var settings = local.Where(pair => pair.Key.StartsWith("AzureWebJobs", StringComparison.Ordinal))
            .Select(pair => $"{pair.Key}={(string)pair.Value!}").ToArray();

        Assert.Equal(FunctionNames.Storage.Concat(FunctionNames.ServiceBus).Order(), folders.Order());
        AssertSilent((string)local["HYBRID__Messaging__Transport"]!, settings);
    }

    private static void AssertSilent(string transport, string[] settings)
    {
        var (failures, warnings) = Run(transport, settings);
        Assert.Empty(failures);
        Assert.Empty(warnings);
    }

    private static (List<string> Failures, List<string> Warnings) Run(string transport, params string[] settings) =>
        Run(transport, null, settings);

    private static (List<string> Failures, List<string> Warnings) Run(
        string transport, Action<MessagingOptions>? change, params string[] settings)
    {
        var host = new ConfigurationBuilder().AddInMemoryCollection(
            settings.Select(setting => setting.Split('=', 2)).ToDictionary(pair => pair[0], pair => (string?)pair[1])).Build();
        var (failures, warnings) = (new List<string>(), new List<string>());
        var messaging = new MessagingOptions { Transport = transport };
        change?.Invoke(messaging);
        TriggerCheck.Run(host, messaging, failures, warnings);
        return (failures, warnings);
    }
}
