using Hybrid.Azurite;
using Hybrid.FakeModelServer;
using Hybrid.Messaging;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.EndToEnd;

/// <summary>
/// A pipeline of real programs: an emulator, a large model on the wire, as many devices and clouds as a test starts. Each test has its own, because
/// the queue of escalations is shared by all devices of an account.
/// </summary>
public abstract class PipelineFixture : IAsyncLifetime
{
    private readonly List<RunningProgram> _programs = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("hybrid-e2e-").FullName;
    private readonly List<ServiceProvider> _services = [];
    private AzuriteServer? _azurite;

    internal AzuriteServer Azurite => _azurite!;

    internal ModelEndpoint Model { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        try
        {
            _azurite = await AzuriteServer.StartTemporaryAsync(TestContext.Current.CancellationToken);
        }
        catch (AzuriteException exception) when (exception.ToolMissing && Environment.GetEnvironmentVariable("CI") != "true")
        {
            Assert.Skip(exception.Message);
        }

        Model = await ModelEndpoint.StartAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var program in _programs)
        {
            await program.DisposeAsync();
        }

        foreach (var services in _services)
        {
            await services.DisposeAsync();
        }

        if (Model is not null)
        {
            await Model.DisposeAsync();
        }

        if (_azurite is not null)
        {
            await _azurite.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Where a device of a name keeps its data.</summary>
    internal string DataOf(string name) => Path.Combine(_folder, name);

    internal async Task<Device> StartEdgeAsync(string name, params (string Key, string Value)[] settings)
    {
        var program = await StartAsync(
            "EdgeWorker", "hybrid-edge.dll", ["serve", "--url", "http://127.0.0.1:0", "--data", DataOf(name)],
            [("Journal:RetryDelay", "00:00:00.1"), ("Journal:MaxRetryDelay", "00:00:00.5"), ("Pipeline:SweepInterval", "00:00:00.1"), .. settings]);
        return new Device(program);
    }

    internal Task<RunningProgram> StartCloudAsync(params (string Key, string Value)[] settings) => StartAsync(
        "CloudFunctions", "hybrid-cloud.dll", ["--standalone", "--urls", "http://127.0.0.1:0"],
        [
            ("Model:Provider", "OpenAI"), ("Model:Endpoint", Model.OpenAIEndpoint.ToString()), ("Model:Model", "fake-large"), ("Model:ApiKey", "test"),
            ("Prices:fake-large:InputPerMillion", "1"), ("Prices:fake-large:OutputPerMillion", "2"), ("Prices:fake-large:Currency", "USD"), .. settings,
        ]);

    /// <summary>The product's own messaging, for tests that put something into a queue or look into one.</summary>
    internal IServiceProvider Messaging()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create($"{MessagingOptions.SectionName}:{nameof(MessagingOptions.ConnectionString)}", (string?)Azurite.ConnectionString)])
            .Build();
        var services = new ServiceCollection().AddLogging().AddMessaging(configuration).BuildServiceProvider();
        _services.Add(services);
        return services;
    }

    private async Task<RunningProgram> StartAsync(string project, string file, string[] arguments, (string Key, string Value)[] settings)
    {
        var variables = settings
            .Append(("Messaging:ConnectionString", Azurite.ConnectionString))
            .GroupBy(setting => setting.Item1)
            .ToDictionary(group => $"HYBRID__{group.Key.Replace(":", "__", StringComparison.Ordinal)}", group => group.Last().Item2);
        var program = await RunningProgram.StartAsync(project, file, arguments, variables);
        _programs.Add(program);
        return program;
    }
}
