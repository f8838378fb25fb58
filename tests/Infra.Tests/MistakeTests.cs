using Hybrid.Infra.Tests.Bicep;
using Hybrid.Infra.Tests.Checks;

namespace Hybrid.Infra.Tests;

/// <summary>Deliberate mistakes, each made in a copy of the templates: a check that sees none of them would be worth nothing.</summary>
public sealed class MistakeTests(BicepServer bicep)
{
    [Theory]
    [InlineData("queues", "modules/storage.bicep", "allowSharedKeyAccess: allowSas", "allowSharedKeyAccess: true", "allowSharedKeyAccess is true, not false")]
    [InlineData("keys", "modules/storage.bicep", "allowSharedKeyAccess: allowSas", "allowSharedKeyAccess: false", "allowSharedKeyAccess is false, not true")]
    [InlineData("queues", "modules/storage.bicep", "'TLS1_2'", "'TLS1_0'", "minimumTlsVersion is TLS1_0")]
    [InlineData("bus", "modules/serviceBus.bicep", "disableLocalAuth: !allowSas", "disableLocalAuth: allowSas", "Microsoft.ServiceBus/namespaces")]
    [InlineData("queues", "modules/openAi.bicep", "disableLocalAuth: !allowKeys", "disableLocalAuth: allowKeys", "Microsoft.CognitiveServices/accounts")]
    [InlineData("private", "main.bicep", "privateNetworking ? 'Premium' : serviceBusSku", "serviceBusSku", "private endpoints need the tier Premium")]
    [InlineData("queues", "main.bicep", "output blobServiceUri string = blobUri", "output accountKey string = 'x'", "The output accountKey looks like a secret")]
    [InlineData(
        "queues", "modules/monitoring.bicep", "enableLogAccessUsingOnlyResourcePermissions: true", "enableLogAccessUsingOnlyResourcePermissions: false",
        "enableLogAccessUsingOnlyResourcePermissions is false")]
    [InlineData(
        "queues", "main.bicep", "  HYBRID__Model__Provider: 'AzureOpenAI'", "  HYBRID__Model__Provider: 'AzureOpenAI'\n  HYBRID__Model__ApiKey: 'x'",
        "The app setting HYBRID__Model__ApiKey looks like a secret")]
    public Task Security_Weakened_IsFound(string variant, string file, string old, string replacement, string finding) =>
        Mistake.AssertFoundAsync(bicep, variant, file, old, replacement, finding);

    [Theory]
    [InlineData(
        "queues", "main.bicep", "    { on: 'applicationInsights', name: 'appi-${suffix}', role: builtInRoles.monitoringMetricsPublisher }\n", "",
        "The roles lack app: Monitoring Metrics Publisher on telemetry")]
    [InlineData(
        "queues", "modules/device.bicep", "name: answerQueue, role: deviceRoleIds.answers", "name: names.answers, role: deviceRoleIds.answers",
        "own answer queue on storage queue answers, which is not expected")]
    [InlineData(
        "queues", "modules/device.bicep", "role: deviceRoleIds.claims", "role: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'",
        "Storage Blob Data Owner on container claims")]
    [InlineData(
        "queues", "modules/device.bicep", "StringStartsWith \\'${device.deviceId}/\\'", "StringStartsWith \\'\\'",
        "own claims on container claims below , which")]
    [InlineData(
        "queues", "types.bicep", "storageQueueDataMessageSender: 'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a'",
        "storageQueueDataMessageSender: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'", "Storage Queue Data Contributor on storage queue escalations")]
    [InlineData(
        "keys", "main.bicep", "usesBus ? appBusRoles :", "usesBus && !allowSas ? appBusRoles :",
        "The roles have app: Storage Queue Data Contributor on storage account")]
    [InlineData(
        "queue-keys", "main.bicep", "usesBus ? appBusRoles : appQueueRoles,",
        "usesBus || allowSas ? concat(appBusRoles, appQueueRoles) : appQueueRoles,", "Azure Service Bus Data Sender on bus queue answers, which")]
    [InlineData(
        "existing", "main.bicep", "assignments: openAiRoles }", "assignments: concat(openAiRoles, appQueueRoles) }",
        "Storage Queue Data Contributor on storage account, which")]
    [InlineData("long", "main.bicep", "if (!empty(checkedDevices))", "if (length(checkedDevices) >= 0)", "The roles made for devices have")]
    [InlineData("bus", "modules/deviceRoles.bicep", "blobs/delete'", "blobs/move/action'", "own claims: dataActions containers/blobs/move/action")]
    [InlineData("bus", "modules/identity.bicep", "identity.properties.principalId", "identity.properties.clientId", "The roles lack app:")]
    [InlineData(
        "queues", "modules/device.bicep", " AND !(ActionMatches{\\'${blobActions}/delete\\'})", "",
        "does not bind Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete.")]
    [InlineData("queues", "modules/device.bicep", "/read\\'}) AND !(", "/read\\'}) OR !(", "none of these actions")]
    [InlineData("queues", "modules/device.bicep", "blobs:path]", "blobs:name]", "none of these actions")]
    public Task Roles_Changed_AreFound(string variant, string file, string old, string replacement, string finding) =>
        Mistake.AssertFoundAsync(bicep, variant, file, old, replacement, finding);

    [Theory]
    [InlineData(
        "queues", "main.bicep", "HYBRID__Model__Deployment: modelDeployment", "HYBRID__Model__DeploymentName: modelDeployment",
        "Model:Deployment is not set")]
    [InlineData("queues", "main.bicep", "HYBRID__Claims__KeepFor:", "HYBRID__Claims__Keep:", "HYBRID__Claims__Keep is bound by nothing")]
    [InlineData(
        "queues", "main.bicep", "extensions__queues__batchSize", "extensions__queue__batchSize",
        "AzureFunctionsJobHost__extensions__queue__batchSize is neither")]
    [InlineData("queues", "main.bicep", "AzureWebJobsStorage__queueServiceUri", "AzureWebJobsStorage__queueUri", "AzureWebJobsStorage__queueServiceUri is missing")]
    [InlineData("bus", "main.bicep", "var queueFunctions = ['Escalation', ", "var queueFunctions = ['Escalations', ", "Escalation must be disabled")]
    [InlineData(
        "queues", "main.bicep", "HYBRID__Prices__deployed__InputPerMillion", "'HYBRID__Prices__${modelDeployment}__InputPerMillion'", "gpt-4.1-mini__InputPerMillion has a character")]
    [InlineData("queues", "main.bicep", "  AZURE_CLIENT_ID:", "  AZURE_CLIENTID:", "AZURE_CLIENT_ID is missing")]
    [InlineData(
        "queues", "main.bicep", "  HYBRID__Model__Provider:", "  FUNCTIONS_WORKER_RUNTIME: 'custom'\n  HYBRID__Model__Provider:",
        "FUNCTIONS_WORKER_RUNTIME is refused")]
    public Task Setting_Renamed_IsFound(string variant, string file, string old, string replacement, string finding) =>
        Mistake.AssertFoundAsync(bicep, variant, file, old, replacement, finding);

    [Theory]
    [InlineData(
        "queues", "main.bicep", "HYBRID__Messaging__QueueServiceUri: queueUri", "HYBRID__Messaging__QueueServiceUri: blobUri",
        "The app setting HYBRID__Messaging__QueueServiceUri is")]
    [InlineData(
        "queues", "main.bicep", "AzureWebJobsStorage__queueServiceUri: queueUri", "AzureWebJobsStorage__queueServiceUri: tableUri",
        "The app setting AzureWebJobsStorage__queueServiceUri is")]
    [InlineData(
        "queues", "main.bicep", "AZURE_CLIENT_ID: identity.outputs.clientId", "AZURE_CLIENT_ID: identity.outputs.principalId",
        "The app setting AZURE_CLIENT_ID is")]
    [InlineData(
        "queues", "main.bicep", "'Authorization=AAD;ClientId=", "'Authorization=AAD;ClientID:",
        "The app setting APPLICATIONINSIGHTS_AUTHENTICATION_STRING is")]
    [InlineData(
        "bus", "main.bicep", "AzureWebJobsServiceBus__credential: 'managedidentity'", "AzureWebJobsServiceBus__credential: 'managedidentiy'",
        "The app setting AzureWebJobsServiceBus__credential is managedidentiy")]
    [InlineData("queues", "main.bicep", "'${blobUri}/${packageContainer}'", "'${blobUri}/packages'", "functionAppConfig.deployment.storage.value is")]
    [InlineData("queues", "main.bicep", "var packageContainer = 'function-packages'", "var packageContainer = 'claims'", "The containers lack function-packages")]
    [InlineData(
        "long", "main.bicep", "'function:${(usesBus ? busFunctions : queueFunctions)[0]}'", "'function:${(usesBus ? queueFunctions : busFunctions)[0]}'",
        "An instance always runs for EscalationServiceBus, which is never called")]
    [InlineData(
        "prod", "main.bicep", "'function:${(usesBus ? busFunctions : queueFunctions)[0]}'", "'function:${queueFunctions[0]}'",
        "An instance always runs for Escalation, which is never called")]
    [InlineData("long", "main.bicep", "instanceCount: alwaysReadyInstances", "instanceCount: 1", "1 instances always run, not 2")]
    [InlineData("queues", "main.bicep", "output queueServiceUri string = queueUri", "output queueServiceUri string = blobUri", "The output queueServiceUri is")]
    public Task Address_OfAnother_IsFound(string variant, string file, string old, string replacement, string finding) =>
        Mistake.AssertFoundAsync(bicep, variant, file, old, replacement, finding);

    [Theory]
    [InlineData(
        "private", "main.bicep", "'privatelink.openai.azure.com'", "'privatelink.openai.azure.net'",
        "The zones have privatelink.openai.azure.net")]
    [InlineData("private", "main.bicep", "'privatelink.blob.$", "'privatelink.blobs.$", "The zones have privatelink.blobs.{0}")]
    [InlineData("private", "main.bicep", "'privatelink.blob.$", "'privatelink.queue.$", "lack Microsoft.Storage/storageAccounts blob in privatelink.blob.{0}")]
    [InlineData(
        "private", "main.bicep", "groupId: 'blob'", "groupId: 'queue'",
        "Microsoft.Storage/storageAccounts queue in privatelink.blob.{0}, which is not expected")]
    [InlineData("private", "main.bicep", "subnetId: network!.outputs.endpointSubnetId", "subnetId: network!.outputs.appSubnetId", "outside their subnet")]
    [InlineData(
        "private-queues", "main.bicep", "subnetId: privateNetworking ? network!.outputs.appSubnetId : null", "subnetId: null",
        "virtualNetworkSubnetId is not set")]
    [InlineData(
        "private", "modules/network.bicep", "          delegations: [\n            {\n              name: 'flex-consumption'\n              properties: { serviceName: 'Microsoft.App/environments' }\n            }\n          ]\n", "",
        "The subnets lack app of Microsoft.App/environments")]
    [InlineData("private", "modules/network.bicep", "access: 'Deny'", "access: 'Allow'", "The rules of the network lack Deny Inbound * from Internet")]
    [InlineData(
        "private", "modules/network.bicep", "          addressPrefix: cidrSubnet(addressPrefix, halfBits, 1)\n          networkSecurityGroup: { id: guard.id }\n", "          addressPrefix: cidrSubnet(addressPrefix, halfBits, 1)\n",
        "The subnet endpoints has no security group")]
    [InlineData("private", "modules/network.bicep", "registrationEnabled: false", "registrationEnabled: true", "registrationEnabled is true")]
    [InlineData(
        "private", "modules/storage.bicep", "defaultAction: privateOnly ? 'Deny' : 'Allow'", "defaultAction: 'Allow'",
        "networkAcls.defaultAction is Allow, not Deny")]
    [InlineData("queues", "modules/storage.bicep", "bypass: 'None'", "bypass: 'AzureServices'", "networkAcls.bypass is AzureServices, not None")]
    [InlineData(
        "private", "modules/openAi.bicep", "defaultAction: privateOnly ? 'Deny' : 'Allow'", "defaultAction: 'Allow'",
        "networkAcls.defaultAction is Allow, not Deny")]
    [InlineData(
        "private", "modules/openAi.bicep", "networkAcls: { defaultAction", "networkAcls: { bypass: 'AzureServices', defaultAction",
        "networkAcls.bypass is AzureServices, not left out")]
    [InlineData("private-queues", "modules/openAi.bicep", "privateOnly ? 'Disabled' : 'Enabled'", "'Enabled'", "publicNetworkAccess is Enabled")]
    public Task Network_Opened_IsFound(string variant, string file, string old, string replacement, string finding) =>
        Mistake.AssertFoundAsync(bicep, variant, file, old, replacement, finding);

    [Theory]
    [InlineData(
        "dev", "dev.bicepparam", "param storageSku = 'Standard_LRS'", "param storageSku = 'Standard_LRS'\nparam allowSas = true",
        "allowSharedKeyAccess is true")]
    [InlineData(
        "prod", "prod.bicepparam", "param privateNetworking = true", "param privateNetworking = true\nparam allowSas = true",
        "allowSharedKeyAccess is true")]
    [InlineData("prod", "prod.bicepparam", "param privateNetworking = true", "param privateNetworking = false", "publicNetworkAccess is Enabled")]
    [InlineData(
        "prod", "prod.bicepparam", "param alertEmails = [readEnvironmentVariable('HYBRID_ALERT_EMAIL', 'operations@example.com')]", "",
        "The people told of alerts lack operations@example.com")]
    [InlineData("prod", "prod.bicepparam", "  amount: 1500", "  amount: 15000", "The budgets lack 1500 from")]
    [InlineData("prod", "prod.bicepparam", "param transport = 'Amqp'", "param transport = 'StorageQueue'", "The Service Bus queues lack escalations")]
    public Task ParameterFile_Weakened_IsFound(string variant, string file, string old, string replacement, string finding) =>
        Mistake.AssertFoundAsync(bicep, variant, file, old, replacement, finding);

    [Theory]
    [InlineData("modules/storage.bicep", "allowBlobPublicAccess: false", "allowBlobPublicAcces: false", "BCP089")]
    [InlineData("main.bicep", "output functionAppName string", "var forgotten = 1\n\noutput functionAppName string", "no-unused-vars")]
    public async Task Template_Mistyped_CompilesWithAFinding(string file, string old, string replacement, string code)
    {
        using var copy = new TemplateCopy();
        copy.Change(file, old, replacement);

        var compiled = await bicep.CompileAsync(copy.PathOf(file));

        Assert.Contains(compiled.Findings, finding => finding.Contains(code, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("main.bicep", "Default 40.", "Default 50.", "The default of maximumInstanceCount is 40, but its description says 50")]
    [InlineData("main.bicep", "param allowSas bool = false", "param allowSas bool = true", "The default of allowSas is true, but its description says false")]
    [InlineData("main.bicep", " Default Portable.", "", "The default of packageSet is Portable, but its description says nothing")]
    [InlineData("main.bicep", "Default nobody: alerts", "Alerts", "The default of alertEmails is none, but its description says nothing")]
    [InlineData("main.bicep", "The most instances; 1 to 1000.", "The most instances.", "maximumInstanceCount has the limit 1000, which its description leaves out")]
    [InlineData("main.bicep", "@maxValue(32)\n", "", "callsPerInstance has the limit none, but its description says 32")]
    [InlineData(
        "main.bicep", "in minutes; 1 to 1440. Default 10,", "in minutes; 1 to 1400. Default 10,",
        "oldestEscalationMinutes has the limit 1440, but its description says 1400")]
    [InlineData("main.bicep", "@minValue(-1)\n", "", "logGigabytesPerDay has the limit none, but its description says -1")]
    [InlineData("main.bicep", "@maxLength(600)\n", "", "devicePrincipals has the limit none, but its description says 600")]
    [InlineData("main.bicep", "1024 to 5120 in steps", "1024 to 6144 in steps", "serviceBusQueueMegabytes has the limit 5120, but its description says 6144")]
    [InlineData("main.bicep", "512, 2048 or 4096", "512 or 2048", "instanceMemoryMB may be 4096, which its description leaves out")]
    [InlineData("types.bicep", "@maxLength(36)\n", "", "principalId has the limit none, but its description says 36")]
    [InlineData("types.bicep", "1 to 50 addresses", "1 to 60 addresses", "contactEmails has the limit 50, but its description says 60")]
    [InlineData("modules/functionApp.bicep", "@maxValue(1000)\n", "", "maximumInstanceCount has the limit none, but its description says 1000")]
    public async Task Description_ThatIsWrong_IsFound(string file, string old, string replacement, string finding)
    {
        using var copy = new TemplateCopy();
        copy.Change(file, old, replacement);

        var compiled = await bicep.CompileAsync(copy.PathOf("main.bicep"));

        Assert.Contains(Documentation.Find(compiled.Json!), line => line.StartsWith(finding, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(
        "\"outputs-should-not-contain-secrets\": { \"level\": \"error\" }", "\"outputs-should-not-contain-secrets\": { \"level\": \"off\" }",
        "outputs-should-not-contain-secrets is at off")]
    [InlineData("\"secure-parameter-default\": { \"level\": \"error\" },", "", "secure-parameter-default is not named")]
    [InlineData("\"no-unused-params\": { \"level\": \"error\" }", "\"no-unused-params\": { \"level\": \"warning\" }", "no-unused-params is at warning")]
    [InlineData("\"enabled\": true", "\"enabled\": false", "The linter is off")]
    public void Linter_Relaxed_IsFound(string old, string replacement, string finding)
    {
        using var copy = new TemplateCopy();
        copy.Change("bicepconfig.json", old, replacement);

        Assert.Contains(LinterRules.Find(File.ReadAllText(copy.PathOf("bicepconfig.json"))), line => line.Contains(finding, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("existing", "param transport = 'ServiceBus'", "needs packageSet Full")]
    [InlineData("existing", "param resultDays = 60\nparam longestDeadlineDays = 60", "resultDays must be at least longestDeadlineDays + 7")]
    [InlineData("existing", "param name = 'Hybrid'", "lower-case letters and digits only")]
    [InlineData("existing", "param devicePrincipals = [{ deviceId: 'Plant-8', principalId: '00000000-0000-0000-0000-0000000000a8' }]", "a deviceId has lower-case letters")]
    [InlineData("existing", "param devicePrincipals = [{ deviceId: 'plant--8', principalId: '00000000-0000-0000-0000-0000000000a8' }]", "single hyphens inside only")]
    [InlineData("existing", "param devicePrincipals = [{ deviceId: 'plant-8-', principalId: '00000000-0000-0000-0000-0000000000a8' }]", "single hyphens inside only")]
    [InlineData(
        "existing",
        "param devicePrincipals = [{ deviceId: 'a', principalId: '00000000-0000-0000-0000-0000000000a8' }, { deviceId: 'b', principalId: '00000000-0000-0000-0000-0000000000A8' }]",
        "each device needs a principal of its own")]
    public async Task Parameters_ThatCannotBe_AreRefused(string variant, string lines, string refusal)
    {
        using var copy = new TemplateCopy();
        var parameters = copy.WriteParameters($"{TemplateVariant.Of(variant).Parameters}\n{lines}");

        var failure = await Record.ExceptionAsync(() => bicep.SnapshotAsync(parameters));

        // Either the snapshot is refused, or it carries the refusal to the deployment.
        var text = failure?.Message ?? (await bicep.SnapshotAsync(parameters)).Json;
        Assert.Contains(refusal, text, StringComparison.Ordinal);
    }
}
