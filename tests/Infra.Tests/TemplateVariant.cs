namespace Hybrid.Infra.Tests;

/// <summary>A choice of parameters, and what must follow from it.</summary>
/// <param name="Name">For people.</param>
/// <param name="Parameters">The lines of the parameter file.</param>
/// <param name="OnBus">Whether Service Bus carries the messages.</param>
/// <param name="AllowSas">Whether keys are asked for.</param>
/// <param name="IsPrivate">Whether a private network is asked for.</param>
internal sealed record TemplateVariant(string Name, string Parameters, bool OnBus = false, bool AllowSas = false, bool IsPrivate = false)
{
    /// <summary>A device whose id is the beginning of the other's.</summary>
    public const string FirstDevice = "plant-7";

    /// <summary>The other device.</summary>
    public const string SecondDevice = "plant-70";

    /// <summary>The first device's service principal.</summary>
    public const string FirstPrincipal = "00000000-0000-0000-0000-0000000000a7";

    /// <summary>The other device's service principal.</summary>
    public const string SecondPrincipal = "00000000-0000-0000-0000-000000000a70";

    private const string Model = """
        param model = {
          kind: 'new'
          location: 'swedencentral'
          model: 'gpt-4.1-mini'
          version: '2025-04-14'
          sku: 'GlobalStandard'
          capacity: 30
        }
        """;

    private const string Existing = """
        param model = {
          kind: 'existing'
          accountId: '/subscriptions/00000000-0000-0000-0000-00000000000f/resourceGroups/models/providers/Microsoft.CognitiveServices/accounts/shared'
        }
        """;

    private const string Devices = $$"""
        param devicePrincipals = [
          { deviceId: '{{FirstDevice}}', principalId: '{{FirstPrincipal}}' }
          { deviceId: '{{SecondDevice}}', principalId: '{{SecondPrincipal}}' }
        ]
        """;

    private const string Price =
        "param modelDeployment = 'gpt-4.1-mini'\nparam modelPrice = { inputPerMillion: '0.40', outputPerMillion: '1.60', currency: 'USD' }";

    /// <summary>The variants every check runs over.</summary>
    public static IReadOnlyList<TemplateVariant> All { get; } =
    [
        new("queues", $"{Model}\n{Devices}\n{Price}"),
        new("bus", $"{Model}\n{Devices}\nparam transport = 'Amqp'", OnBus: true),
        new("keys", $"{Model}\n{Devices}\nparam transport = 'Amqp'\nparam allowSas = true", OnBus: true, AllowSas: true),
        new(
            "private",
            $"{Model}\n{Devices}\nparam transport = 'Amqp'\nparam serviceBusSku = 'Standard'\nparam privateNetworking = true",
            OnBus: true, IsPrivate: true),
        new("long-bus", $"{Model}\nparam longestDeadlineDays = 60\nparam transport = 'Amqp'", OnBus: true),
        new("long", $"{Model}\nparam longestDeadlineDays = 60\nparam alwaysReadyInstances = 2\nparam packageSet = 'Full'"),
        new("existing", Existing),
        new("private-existing", $"{Existing}\nparam privateNetworking = true", IsPrivate: true),
    ];

    /// <summary>A variant by its name.</summary>
    public static TemplateVariant Of(string name) => All.Single(variant => variant.Name == name);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
