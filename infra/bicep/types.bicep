// What the modules share: types, the names the programs use, and role ids.

@export()
@description('A device and the service principal it signs in with.')
type devicePrincipal = {
  @description('Required. The device id (Device:Id on the device): lower-case letters, digits, single hyphens; 1 to 40 characters.')
  @minLength(1)
  @maxLength(40)
  deviceId: string

  @description('Required. The object id of the service principal (not of the app registration): a GUID, 36 characters.')
  @minLength(36)
  @maxLength(36)
  principalId: string
}

@export()
@description('A model deployment that this template makes.')
type newOpenAi = {
  kind: 'new'

  @description('Required. The region of the Azure OpenAI account; it may differ from the rest, since not every region has every model.')
  location: string

  @description('Required. The model, as gpt-4.1-mini.')
  model: string

  @description('Required. The version of the model, as 2025-04-14.')
  version: string

  @description('Required. How the capacity is bought. DataZoneStandard and Standard keep the data in the zone or region.')
  sku: 'GlobalStandard' | 'DataZoneStandard' | 'Standard'

  @description('Required. Quota, in thousands of tokens per minute; at least 1, at most what the subscription has left in the region.')
  @minValue(1)
  capacity: int
}

@export()
@description('A model deployment that is there already.')
type existingOpenAi = {
  kind: 'existing'

  @description('Required. The resource id of the Azure OpenAI account; the deployer must be allowed to assign roles on it.')
  accountId: string
}

@export()
@description('Where the large model is.')
@discriminator('kind')
type openAi = newOpenAi | existingOpenAi

@export()
@description('What a million tokens cost, so that answers carry their cost.')
type price = {
  @description('Required. For a million tokens read, as 0.40.')
  inputPerMillion: string

  @description('Required. For a million tokens written, as 1.60.')
  outputPerMillion: string

  @description('Required. ISO 4217, as USD.')
  @minLength(3)
  @maxLength(3)
  currency: string
}

@export()
@description('A monthly budget of the resource group. It warns; it stops nothing.')
type budget = {
  @description('Required. The amount per month, in the currency of the billing account; at least 1.')
  @minValue(1)
  amount: int

  @description('Required. The first day of a month, as 2026-12-01, not before the current month when the budget is first made.')
  @minLength(10)
  @maxLength(10)
  startDate: string

  @description('Required. Who is warned at 80 % and 100 % of the amount and when the forecast exceeds it; 1 to 50 addresses.')
  @minLength(1)
  @maxLength(50)
  contactEmails: string[]
}

@export()
@description('A role on one resource, for the principal the module is called with.')
type roleOn = {
  @description('Required. The kind of resource the role is limited to.')
  on: 'storageAccount' | 'storageQueue' | 'blobContainer' | 'serviceBusQueue' | 'openAiAccount' | 'applicationInsights'

  @description('Required. The resource\'s name; for a queue or a container the name inside its account or namespace.')
  name: string

  @description('Conditional. The account or namespace, for a queue or a container.')
  parent: string?

  @description('Required. The role definition\'s id, a GUID.')
  role: string

  @description('Optional. An attribute condition that narrows the role further (Azure ABAC, version 2.0).')
  condition: string?
}

@export()
@description('A queue of the Service Bus namespace.')
type busQueue = {
  name: string
  requiresSession: bool
}

@export()
@description('Whether a text has characters of an alphabet only.')
func hasOnly(text string, alphabet string) bool =>
  empty(filter(range(0, length(text)), index => !contains(alphabet, substring(text, index, 1))))

// Azure built-in roles, by their documented ids.
@export()
var builtInRoles = {
  cognitiveServicesOpenAiUser: '5e0bd9bd-7b93-4f28-af87-19fc36ad61bd'
  monitoringMetricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb'
  serviceBusDataReceiver: '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0'
  serviceBusDataSender: '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39'
  storageBlobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  storageQueueDataContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  storageQueueDataMessageSender: 'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a'
  storageTableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
}
