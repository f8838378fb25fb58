namespace Hybrid.Infra.Tests;

/// <summary>A choice of parameters, and what must follow from it.</summary>
/// <param name="Name">For people.</param>
/// <param name="Parameters">The lines of the parameter file.</param>
/// <param name="OnBus">Whether Service Bus carries the messages.</param>
/// <param name="AllowSas">Whether keys are asked for.</param>
/// <param name="IsPrivate">Whether a private network is asked for.</param>
internal sealed record TemplateVariant(string Name, string Parameters = "", bool OnBus = false, bool AllowSas = false, bool IsPrivate = false)
{
    /// <summary>The account of the variant that makes none.</summary>
    public const string ExistingModel =
        "/subscriptions/00000000-0000-0000-0000-00000000000f/resourceGroups/models/providers/Microsoft.CognitiveServices/accounts/shared";

    /// <summary>A device whose id is the beginning of the other's.</summary>
    public const string FirstDevice = "plant-7";

    /// <summary>The other device.</summary>
    public const string SecondDevice = "plant-70";

    /// <summary>The first device's service principal.</summary>
    public const string FirstPrincipal = "00000000-0000-0000-0000-0000000000a7";

    /// <summary>The other device's service principal.</summary>
    public const string SecondPrincipal = "00000000-0000-0000-0000-000000000a70";

    /// <summary>The committed parameter file; null where <see cref="Parameters"/> make one.</summary>
    public string? File { get; init; }

    /// <summary>Whether the program that the tests hold, the portable build, cannot read the settings.</summary>
    public bool NeedsFullBuild { get; init; }

    /// <summary>The devices that were named.</summary>
    public IReadOnlyList<(string Id, string Principal)> Devices { get; init; } = [];

    /// <summary>The model as model, version, kind and amount of capacity; null where one is there already.</summary>
    public string? Model { get; init; } = "gpt-4.1-mini 2025-04-14 GlobalStandard 30";

    /// <summary>Instances that always run.</summary>
    public int AlwaysReady { get; init; }

    /// <summary>Days that logs are kept.</summary>
    public int LogDays { get; init; } = 30;

    /// <summary>Gigabytes that are logged a day.</summary>
    public int LogGigabytes { get; init; } = 1;

    /// <summary>Minutes an escalation may wait: as long as somebody who sits before the prompt does.</summary>
    public int OldestEscalationMinutes { get; init; } = 10;

    /// <summary>Failed attempts before somebody is told.</summary>
    public int FailedCalls { get; init; } = 5;

    /// <summary>Who is told of alerts.</summary>
    public string? AlertEmail { get; init; }

    /// <summary>Amount and start of the budget; null for none.</summary>
    public string? Budget { get; init; }

    private const string NewModel = """
        param model = {
          kind: 'new'
          location: 'swedencentral'
          model: 'gpt-4.1-mini'
          version: '2025-04-14'
          sku: 'GlobalStandard'
          capacity: 30
        }
        """;

    private const string TwoDevices = $$"""
        param devicePrincipals = [
          { deviceId: '{{FirstDevice}}', principalId: '{{FirstPrincipal}}' }
          { deviceId: '{{SecondDevice}}', principalId: '{{SecondPrincipal}}' }
        ]
        """;

    private const string Price =
        "param modelDeployment = 'gpt-4.1-mini'\nparam modelPrice = { inputPerMillion: '0.40', outputPerMillion: '1.60', currency: 'USD' }";

    // None of them the default, or the default would pass for the parameter.
    private const string Watched = """
        param alertEmails = ['watch@example.com']
        param oldestEscalationMinutes = 17
        param failedCalls = 3
        param logDays = 45
        param logGigabytesPerDay = 2
        param monthlyBudget = { amount: 40, startDate: '2027-01-01', contactEmails: ['watch@example.com'] }
        """;

    /// <summary>The variants every check runs over: choices made for the tests, and the committed parameter files.</summary>
    public static IReadOnlyList<TemplateVariant> All { get; } =
    [
        WithDevices(new("queues", $"{NewModel}\n{Price}")),
        WatchedToo(WithDevices(new("bus", $"{NewModel}\nparam transport = 'Amqp'", OnBus: true))),
        WithDevices(new("keys", $"{NewModel}\nparam transport = 'Amqp'\nparam allowSas = true", OnBus: true, AllowSas: true)),
        WithDevices(new("queue-keys", $"{NewModel}\nparam allowSas = true", AllowSas: true)),
        WithDevices(new(
            "private",
            $"{NewModel}\nparam transport = 'Amqp'\nparam serviceBusSku = 'Standard'\nparam privateNetworking = true",
            OnBus: true, IsPrivate: true)),
        new("private-queues", $"{NewModel}\nparam privateNetworking = true", IsPrivate: true),
        new("long-bus", $"{NewModel}\nparam longestDeadlineDays = 60\nparam transport = 'Amqp'", OnBus: true),
        WatchedToo(new("long", $"{NewModel}\nparam longestDeadlineDays = 60\nparam alwaysReadyInstances = 2\nparam packageSet = 'Full'") { AlwaysReady = 2 }),
        new("sdk", $"{NewModel}\nparam packageSet = 'Full'\nparam transport = 'ServiceBus'", OnBus: true) { NeedsFullBuild = true },
        new("existing", $"param model = {{ kind: 'existing', accountId: '{ExistingModel}' }}") { Model = null },
        new("private-existing", $"param model = {{ kind: 'existing', accountId: '{ExistingModel}' }}\nparam privateNetworking = true", IsPrivate: true) { Model = null },
        new("dev") { File = "dev.bicepparam" },
        new("prod", OnBus: true, IsPrivate: true)
        {
            File = "prod.bicepparam", Model = "gpt-4.1-mini 2025-04-14 DataZoneStandard 250", AlwaysReady = 1, LogDays = 90, LogGigabytes = 5,
            AlertEmail = "operations@example.com", Budget = "1500 from 2026-12-01",
        },
    ];

    /// <summary>A variant by its name.</summary>
    public static TemplateVariant Of(string name) => All.Single(variant => variant.Name == name);

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static TemplateVariant WithDevices(TemplateVariant variant) => variant with
    {
        Parameters = $"{variant.Parameters}\n{TwoDevices}",
        Devices = [(FirstDevice, FirstPrincipal), (SecondDevice, SecondPrincipal)],
    };

    private static TemplateVariant WatchedToo(TemplateVariant variant) => variant with
    {
        Parameters = $"{variant.Parameters}\n{Watched}",
        AlertEmail = "watch@example.com",
        OldestEscalationMinutes = 17,
        FailedCalls = 3,
        LogDays = 45,
        LogGigabytes = 2,
        Budget = "40 from 2027-01-01",
    };
}
