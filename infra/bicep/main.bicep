// The cloud half of Hybrid in one resource group: it takes what devices escalate, asks the large model and sends the answers back.

import { budget, builtInRoles, busQueue, devicePrincipal, hasOnly, openAi, price, roleOn } from 'types.bicep'

targetScope = 'resourceGroup'

metadata name = 'Hybrid'
metadata description = 'Function app, storage, optionally Service Bus, Azure OpenAI, monitoring, and the roles of the app and of each device.'

// Names and place

@description('Optional. The beginning of all names: lower-case letters and digits, 2 to 9 characters. Default hybrid.')
@minLength(2)
@maxLength(9)
param name string = 'hybrid'

@description('Optional. The region. Default: the resource group\'s.')
param location string = resourceGroup().location

@description('Optional. Tags of every resource. Default none.')
param tags { *: string } = {}

// The program

@description('Optional. How the program was built: Portable is a custom handler that brings its own .NET, Full the isolated worker. Default Portable.')
param packageSet 'Portable' | 'Full' = 'Portable'

@description('Optional. How messages cross: StorageQueue, Amqp (Service Bus, either build) or ServiceBus (Service Bus, only with Full). Default StorageQueue.')
param transport 'StorageQueue' | 'Amqp' | 'ServiceBus' = 'StorageQueue'

@description('Optional. The longest deadline a device gives a prompt, in days: 30, the limit in the program, to 300. Answers, results and claims are kept 7 days longer at least. Default 30.')
@minValue(30)
@maxValue(300)
param longestDeadlineDays int = 30

@description('Optional. How long results are kept, in days; 37 to 3650, and at least 7 more than longestDeadlineDays. Default 365.')
@minValue(37)
@maxValue(3650)
param resultDays int = 365

// Functions

@description('Optional. Memory of an instance, in MB: 512, 2048 or 4096. Default 2048.')
param instanceMemoryMB 512 | 2048 | 4096 = 2048

@description('Optional. The most instances; 1 to 1000. With callsPerInstance it bounds the calls to the model at once. Default 40.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Optional. Escalations one instance fetches at once; 1 to 32. Half as many more may run while the next are fetched. Default 8, as in host.json.')
@minValue(1)
@maxValue(32)
param callsPerInstance int = 8

@description('Optional. Instances that always run for escalations; 0 to 20. Each is paid by the hour. Default 0.')
@minValue(0)
@maxValue(20)
param alwaysReadyInstances int = 0

// The large model

@description('Required. A model deployment to make (kind new), or the account of one that is there (kind existing).')
param model openAi

@description('Optional. The name of the model deployment: letters, digits, dots, underscores and hyphens; 2 to 64 characters. Default chat.')
@minLength(2)
@maxLength(64)
param modelDeployment string = 'chat'

@description('Optional. What the model costs per million tokens; without it answers carry no cost. Default none.')
param modelPrice price?

// Devices

@description('Optional. The devices that may send and fetch. At most 600: a subscription has 4000 role assignments, a device needs up to six. Default none.')
@maxLength(600)
param devicePrincipals devicePrincipal[] = []

// Storage and Service Bus

@description('Optional. How the storage account is replicated: Standard_LRS, Standard_ZRS, Standard_GRS or Standard_GZRS. Default Standard_ZRS.')
param storageSku 'Standard_LRS' | 'Standard_ZRS' | 'Standard_GRS' | 'Standard_GZRS' = 'Standard_ZRS'

@description('Optional. The tier of the Service Bus namespace; privateNetworking takes Premium whatever stands here. Default Standard.')
param serviceBusSku 'Standard' | 'Premium' = 'Standard'

@description('Optional. Messaging units of a Premium namespace: 1, 2, 4, 8 or 16, each paid by the hour. Default 1.')
param serviceBusUnits 1 | 2 | 4 | 8 | 16 = 1

@description('Optional. The size of each Service Bus queue, in megabytes: 1024 to 5120 in steps of 1024. Default 5120.')
param serviceBusQueueMegabytes 1024 | 2048 | 3072 | 4096 | 5120 = 5120

@description('Optional. How long a received message is hidden from others, in seconds; 30, so that holders can renew it in time, to 300. Default 60.')
@minValue(30)
@maxValue(300)
param lockSeconds int = 60

@description('Optional. Deliveries before Service Bus puts a message aside; 1 to 2000. Default 5, as maxDequeueCount in host.json.')
@minValue(1)
@maxValue(2000)
param maxDeliveryCount int = 5

@description('Optional. Within this time Service Bus drops a second message of the same id, in minutes; 10 to 10080, a week. Default 10.')
@minValue(10)
@maxValue(10080)
param duplicateMinutes int = 10

// Safety

@description('Optional. Whether shared keys, SAS tokens and API keys open the services, for devices that cannot sign in. Default false.')
param allowSas bool = false

@description('Optional. Whether the services are reached over private endpoints only; devices then need a way into the network. Default false.')
param privateNetworking bool = false

@description('Optional. The address space of the network of privateNetworking; /26 or larger. Default 10.90.0.0/24.')
param addressPrefix string = '10.90.0.0/24'

// Watching and paying

@description('Optional. How long logs are kept, in days; 30 to 730. Default 30, which is free.')
@minValue(30)
@maxValue(730)
param logDays int = 30

@description('Optional. What is logged per day at most, in GB; -1 for no limit. What comes after that is lost. Default 1.')
@minValue(-1)
param logGigabytesPerDay int = 1

@description('Optional. Who is told of alerts; at most 50 addresses. Default nobody: alerts are seen in the portal only.')
@maxLength(50)
param alertEmails string[] = []

@description('Optional. How long an escalation may wait before an alert, in minutes; 1 to 1440. Default 10, the deadline of interactive prompts.')
@minValue(1)
@maxValue(1440)
param oldestEscalationMinutes int = 10

@description('Optional. Failed attempts at escalations in 15 minutes before an alert; 0 or more. Default 5.')
@minValue(0)
param failedCalls int = 5

@description('Optional. A monthly budget. It warns; it stops nothing. Default none.')
param monthlyBudget budget?

// What the programs call things. A test compares each with the constant in the C# code.
var names = {
  escalations: 'escalations'
  results: 'results'
  rejected: 'escalations-rejected'
  resultsPoison: 'results-poison'
  answers: 'answers'
  accepted: 'accepted'
  calls: 'calls'
  claims: 'claims'
  deadLetters: 'dead-letters'
  poisonSuffix: '-poison'
}
var packageContainer = 'function-packages'

var lowerCase = 'abcdefghijklmnopqrstuvwxyz0123456789'
var checkedName = hasOnly(name, lowerCase) ? name : fail('name must have lower-case letters and digits only.')
var suffix = '${checkedName}-${uniqueString(resourceGroup().id, name)}'
var storageName = 'st${name}${uniqueString(resourceGroup().id, name)}'
var busName = 'sb-${suffix}'
var usesBus = transport != 'StorageQueue'
var checkedTransport = transport == 'ServiceBus' && packageSet == 'Portable'
  ? fail('transport ServiceBus needs packageSet Full: the portable build reaches Service Bus by transport Amqp.')
  : transport
// One credential for two devices would have two conditions on one assignment, of which the last deployed holds.
var principals = map(devicePrincipals, device => toLower(device.principalId))
var checkedDevices = length(union(principals, [])) != length(principals) ? fail('devicePrincipals: each device needs a principal of its own.') : length(filter(devicePrincipals, device => !hasOnly(device.deviceId, '${lowerCase}-') || contains('-${device.deviceId}-', '--'))) > 0 ? fail('devicePrincipals: a deviceId has lower-case letters, digits and single hyphens inside only, as Device:Id on the device.') : devicePrincipals
// As the service itself writes it, PT1M30S: in another form "what-if" would see a change each time.
var lockMinutes = lockSeconds < 60 ? '' : '${lockSeconds / 60}M'
var lockRest = lockSeconds % 60 == 0 ? '' : '${lockSeconds % 60}S'
var keptDays = longestDeadlineDays + 7
var checkedResultDays = resultDays < keptDays
  ? fail('resultDays must be at least longestDeadlineDays + 7.')
  : resultDays
var blobUri = 'https://${storageName}.blob.${environment().suffixes.storage}'
var queueUri = 'https://${storageName}.queue.${environment().suffixes.storage}'
var tableUri = 'https://${storageName}.table.${environment().suffixes.storage}'

// /subscriptions/SUBSCRIPTION/resourceGroups/GROUP/providers/Microsoft.CognitiveServices/accounts/NAME
var openAiParts = split(model.?accountId ?? '', '/')
var openAiName = model.kind == 'new' ? 'oai-${suffix}' : last(openAiParts)
var openAiSubscription = model.kind == 'new' ? subscription().subscriptionId : openAiParts[2]
var openAiGroup = model.kind == 'new' ? resourceGroup().name : openAiParts[4]

// By name, so that "what-if" can tell beforehand what will be made of them.
var storageId = resourceId('Microsoft.Storage/storageAccounts', storageName)
var busId = resourceId('Microsoft.ServiceBus/namespaces', busName)
var openAiId = resourceId('Microsoft.CognitiveServices/accounts', openAiName)
var identityName = 'id-${suffix}'
var identityId = resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', identityName)

var deviceRoleIds = {
  answers: guid(resourceGroup().id, name, 'device answers')
  claims: guid(resourceGroup().id, name, 'device claims')
  deadLetters: guid(resourceGroup().id, name, 'device dead letters')
}

// The functions that take messages: first escalations, then what was put aside, then results.
var queueFunctions = ['Escalation', 'EscalationPoison', 'Result']
var busFunctions = ['EscalationServiceBus', 'EscalationDeadLetter', 'ResultServiceBus']

var openAiRoles roleOn[] = [
  { on: 'openAiAccount', name: openAiName, role: builtInRoles.cognitiveServicesOpenAiUser }
]
// On the account, since the app makes the queue of a device that has none.
var appQueueRoles roleOn[] = [
  { on: 'storageAccount', name: storageName, role: builtInRoles.storageQueueDataContributor }
]
var appBusRoles roleOn[] = [
  { on: 'serviceBusQueue', parent: busName, name: names.escalations, role: builtInRoles.serviceBusDataReceiver }
  { on: 'serviceBusQueue', parent: busName, name: names.escalations, role: builtInRoles.serviceBusDataSender }
  { on: 'serviceBusQueue', parent: busName, name: names.results, role: builtInRoles.serviceBusDataReceiver }
  { on: 'serviceBusQueue', parent: busName, name: names.answers, role: builtInRoles.serviceBusDataSender }
  { on: 'serviceBusQueue', parent: busName, name: names.rejected, role: builtInRoles.serviceBusDataSender }
  { on: 'serviceBusQueue', parent: busName, name: names.resultsPoison, role: builtInRoles.serviceBusDataSender }
]

var storageQueues = [
  names.escalations
  '${names.escalations}${names.poisonSuffix}'
  names.rejected
  names.results
  names.resultsPoison
]

module identity 'modules/identity.bicep' = {
  params: { name: identityName, location: location, tags: tags }
}

module monitoring 'modules/monitoring.bicep' = {
  params: {
    suffix: suffix
    location: location
    tags: tags
    retentionDays: logDays
    dailyQuotaGb: logGigabytesPerDay
  }
}

module storage 'modules/storage.bicep' = {
  params: {
    name: storageName
    location: location
    tags: tags
    sku: storageSku
    allowSas: allowSas
    privateOnly: privateNetworking
    containers: [
      names.accepted
      names.answers
      names.calls
      names.claims
      names.deadLetters
      names.results
      packageContainer
    ]
    queues: usesBus ? [] : storageQueues
    // Dead letters are kept: what is on a poison queue has no end either, until it is replayed or purged.
    lifecycles: [
      { container: names.accepted, days: keptDays }
      { container: names.answers, days: keptDays }
      { container: names.calls, days: keptDays }
      { container: names.claims, days: keptDays }
      { container: names.results, days: checkedResultDays }
    ]
    workspaceId: monitoring.outputs.workspaceId
  }
}

// A device's answers are a session of one queue: the order is kept, and one queue serves any number of devices.
var busQueues busQueue[] = [
  { name: names.escalations, requiresSession: false }
  { name: names.results, requiresSession: false }
  { name: names.answers, requiresSession: true }
  { name: names.rejected, requiresSession: false }
  { name: names.resultsPoison, requiresSession: false }
]

module serviceBus 'modules/serviceBus.bicep' = if (usesBus) {
  params: {
    name: busName
    location: location
    tags: tags
    sku: privateNetworking ? 'Premium' : serviceBusSku
    messagingUnits: serviceBusUnits
    allowSas: allowSas
    privateOnly: privateNetworking
    queues: busQueues
    lockDuration: 'PT${lockMinutes}${lockRest}'
    maxDeliveryCount: maxDeliveryCount
    timeToLive: 'P${keptDays}D'
    duplicateWindow: 'PT${duplicateMinutes}M'
    maxSizeInMegabytes: serviceBusQueueMegabytes
    workspaceId: monitoring.outputs.workspaceId
  }
}

module newModel 'modules/openAi.bicep' = if (model.kind == 'new') {
  params: {
    name: openAiName
    tags: tags
    model: model
    deployment: modelDeployment
    allowKeys: allowSas
    privateOnly: privateNetworking
    workspaceId: monitoring.outputs.workspaceId
  }
}

module existingModel 'modules/existingOpenAi.bicep' = if (model.kind == 'existing') {
  scope: resourceGroup(openAiSubscription, openAiGroup)
  params: { name: openAiName }
}

// Networks and zones

// Each with its zone, and no zone without an endpoint: a name that the services of others have in an empty zone would be found by nobody.
var storageZone = environment().suffixes.storage
var endpoints = concat(
  [
    { name: 'blob', serviceId: storageId, groupId: 'blob', zone: 'privatelink.blob.${storageZone}' }
    { name: 'queue', serviceId: storageId, groupId: 'queue', zone: 'privatelink.queue.${storageZone}' }
    { name: 'table', serviceId: storageId, groupId: 'table', zone: 'privatelink.table.${storageZone}' }
  ],
  usesBus
    ? [{ name: 'servicebus', serviceId: busId, groupId: 'namespace', zone: 'privatelink.servicebus.windows.net' }]
    : [],
  model.kind == 'new'
    ? [{ name: 'openai', serviceId: openAiId, groupId: 'account', zone: 'privatelink.openai.azure.com' }]
    : []
)

module network 'modules/network.bicep' = if (privateNetworking) {
  params: {
    suffix: suffix
    location: location
    tags: tags
    addressPrefix: addressPrefix
    zoneNames: map(endpoints, endpoint => endpoint.zone)
  }
}

module privateEndpoints 'modules/privateEndpoint.bicep' = [
  for (endpoint, index) in privateNetworking ? endpoints : []: {
    params: {
      name: endpoint.name
      suffix: suffix
      location: location
      tags: tags
      subnetId: network!.outputs.endpointSubnetId
      serviceId: endpoint.serviceId
      groupId: endpoint.groupId
      zoneId: network!.outputs.zoneIds[index]
    }
    dependsOn: [newModel, serviceBus, storage]
  }
]

// What the app may do

module appRoles 'modules/roles.bicep' = {
  params: {
    principalId: identity.outputs.principalId
    key: identityId
    assignments: concat(
      [
        // The Functions host keeps its locks, keys and timers there, and the deployed package; the program its blobs.
        { on: 'storageAccount', name: storageName, role: builtInRoles.storageBlobDataOwner }
        { on: 'storageAccount', name: storageName, role: builtInRoles.storageTableDataContributor }
        { on: 'applicationInsights', name: 'appi-${suffix}', role: builtInRoles.monitoringMetricsPublisher }
      ],
      usesBus ? appBusRoles : appQueueRoles,
      model.kind == 'new' ? openAiRoles : []
    )
  }
  dependsOn: [monitoring, newModel, serviceBus, storage]
}

// In the group of the account that is there already.
module appRolesOnExistingModel 'modules/roles.bicep' = if (model.kind == 'existing') {
  scope: resourceGroup(openAiSubscription, openAiGroup)
  params: { principalId: identity.outputs.principalId, key: identityId, assignments: openAiRoles }
}

// What each device may do

module deviceRoles 'modules/deviceRoles.bicep' = if (!empty(checkedDevices)) {
  params: { ids: deviceRoleIds, suffix: suffix }
}

module devices 'modules/device.bicep' = [
  for device in checkedDevices: {
    name: 'device-${device.deviceId}'
    params: {
      device: device
      storageAccountName: storageName
      serviceBusName: usesBus ? busName : null
      deviceRoleIds: deviceRoleIds
      names: names
    }
    dependsOn: [deviceRoles, serviceBus, storage]
  }
]

// The app

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: 'appi-${suffix}'
}

var identitySettings = {
  // Which identity the program's own clients take; the host's connections say it each for itself.
  AZURE_CLIENT_ID: identity.outputs.clientId
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD;ClientId=${identity.outputs.clientId}'
  AzureWebJobsStorage__blobServiceUri: blobUri
  AzureWebJobsStorage__queueServiceUri: queueUri
  AzureWebJobsStorage__tableServiceUri: tableUri
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identity.outputs.clientId
}

var programSettings = {
  HYBRID__Messaging__Transport: checkedTransport
  HYBRID__Messaging__BlobServiceUri: blobUri
  HYBRID__Messaging__QueueServiceUri: queueUri
  HYBRID__Model__Provider: 'AzureOpenAI'
  HYBRID__Model__Endpoint: model.kind == 'new' ? newModel!.outputs.endpoint : existingModel!.outputs.endpoint
  HYBRID__Model__Deployment: modelDeployment
  HYBRID__Claims__KeepFor: '${keptDays}.00:00:00'
}

// An app on Linux takes no hyphen in a setting's name, and turns dots into underscores: the deployment's name is a value.
var priceSettings = modelPrice == null
  ? {}
  : {
      HYBRID__Prices__deployed__Model: modelDeployment
      HYBRID__Prices__deployed__InputPerMillion: modelPrice!.inputPerMillion
      HYBRID__Prices__deployed__OutputPerMillion: modelPrice!.outputPerMillion
      HYBRID__Prices__deployed__Currency: modelPrice!.currency
    }

// Triggers are not part of the host: a custom handler gets them with the bundle, the isolated worker brings its own.
var bundleSettings = packageSet == 'Portable'
  ? {
      AzureFunctionsJobHost__extensionBundle__id: 'Microsoft.Azure.Functions.ExtensionBundle'
      AzureFunctionsJobHost__extensionBundle__version: '[4.*, 5.0.0)'
    }
  : {}

var queueSettings = {
  AzureFunctionsJobHost__extensions__queues__batchSize: string(callsPerInstance)
  AzureFunctionsJobHost__extensions__queues__newBatchThreshold: string(callsPerInstance / 2)
}

var busSettings = usesBus
  ? {
      AzureFunctionsJobHost__extensions__serviceBus__maxConcurrentCalls: string(callsPerInstance)
      AzureWebJobsServiceBus__fullyQualifiedNamespace: serviceBus!.outputs.host
      AzureWebJobsServiceBus__credential: 'managedidentity'
      AzureWebJobsServiceBus__clientId: identity.outputs.clientId
      // One section for both ways to Service Bus.
      HYBRID__Messaging__Amqp__Namespace: serviceBus!.outputs.host
    }
  : {}

// The functions of the transport that is not used must not run: they would take messages whose answers go elsewhere.
var sleepingSettings = toObject(
  usesBus ? queueFunctions : busFunctions,
  name => 'AzureWebJobs.${name}.Disabled',
  name => 'true'
)

module functionApp 'modules/functionApp.bicep' = {
  params: {
    name: 'func-${suffix}'
    planName: 'plan-${suffix}'
    location: location
    tags: union(tags, { 'azd-service-name': 'cloud' })
    runtime: packageSet == 'Portable'
      ? { name: 'custom', version: '1.0' }
      : { name: 'dotnet-isolated', version: '10.0' }
    identityId: identityId
    packageContainerUri: '${blobUri}/${packageContainer}'
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReady: alwaysReadyInstances == 0
      ? []
      : [{ name: 'function:${(usesBus ? busFunctions : queueFunctions)[0]}', instanceCount: alwaysReadyInstances }]
    settings: union(
      identitySettings,
      programSettings,
      priceSettings,
      bundleSettings,
      queueSettings,
      busSettings,
      sleepingSettings,
      { APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString }
    )
    subnetId: privateNetworking ? network!.outputs.appSubnetId : null
    workspaceId: monitoring.outputs.workspaceId
  }
  // Its first start finds its roles and, in a private network, its way.
  dependsOn: [appRoles, appRolesOnExistingModel, privateEndpoints, storage]
}

module alerts 'modules/alerts.bicep' = {
  params: {
    suffix: suffix
    location: location
    tags: tags
    emails: alertEmails
    insightsId: monitoring.outputs.insightsId
    serviceBusId: usesBus ? busId : null
    escalationQueue: names.escalations
    escalationFunctions: [(usesBus ? busFunctions : queueFunctions)[0]]
    poisonFunctions: [(usesBus ? busFunctions : queueFunctions)[1]]
    oldestEscalationMinutes: oldestEscalationMinutes
    failedCalls: failedCalls
  }
  dependsOn: [serviceBus]
}

module monthly 'modules/budget.bicep' = if (monthlyBudget != null) {
  params: { name: 'budget-${suffix}', monthly: monthlyBudget! }
}

@description('The function app\'s name.')
output functionAppName string = 'func-${suffix}'

@description('The address of the HTTP API; /api/prompts wants a function key.')
output functionAppUri string = 'https://${functionApp.outputs.host}'

@description('Messaging:BlobServiceUri of the devices.')
output blobServiceUri string = blobUri

@description('Messaging:QueueServiceUri of the devices.')
output queueServiceUri string = queueUri

@description('The Service Bus host name of the devices; empty over Storage queues.')
output serviceBusHost string = usesBus ? serviceBus!.outputs.host : ''

@description('Messaging:Transport of the devices.')
output messagingTransport string = checkedTransport
