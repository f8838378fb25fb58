// An Azure OpenAI account with one model deployment.

import { newOpenAi } from '../types.bicep'

@description('Required. The account\'s name, also its subdomain; 2 to 64 characters.')
@minLength(2)
@maxLength(64)
param name string

@description('Required. The tags.')
param tags { *: string }

@description('Required. The model and its capacity.')
param model newOpenAi

@description('Required. The deployment\'s name.')
param deployment string

@description('Required. Whether keys open the account.')
param allowKeys bool

@description('Required. Whether the account is reached over private endpoints only.')
param privateOnly bool

@description('Required. Where the diagnostics go.')
param workspaceId string

resource account 'Microsoft.CognitiveServices/accounts@2024-10-01' = {
  name: name
  location: model.location
  tags: tags
  kind: 'OpenAI'
  sku: { name: 'S0' }
  properties: {
    customSubDomainName: name
    disableLocalAuth: !allowKeys
    publicNetworkAccess: privateOnly ? 'Disabled' : 'Enabled'
    networkAcls: { defaultAction: privateOnly ? 'Deny' : 'Allow' }
  }
}

resource modelDeployment 'Microsoft.CognitiveServices/accounts/deployments@2024-10-01' = {
  parent: account
  name: deployment
  sku: { name: model.sku, capacity: model.capacity }
  properties: {
    model: { format: 'OpenAI', name: model.model, version: model.version }
    raiPolicyName: 'Microsoft.DefaultV2'
    // Never to another version by itself while this one is served: confidence thresholds and prices were set for it.
    versionUpgradeOption: 'OnceCurrentVersionExpired'
  }
}

// The logs hold no prompt and no answer: sizes, codes and durations.
resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: account
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

@description('The address of the account.')
output endpoint string = account.properties.endpoint
