// The storage account: the Functions host's own, and the product's queues and blobs.

@description('Required. The account\'s name; 3 to 24 characters.')
@minLength(3)
@maxLength(24)
param name string

@description('Required. The region.')
param location string

@description('Required. The tags.')
param tags { *: string }

@description('Required. How the account is replicated. ZRS survives the loss of a zone.')
param sku 'Standard_LRS' | 'Standard_ZRS' | 'Standard_GRS' | 'Standard_GZRS'

@description('Required. Whether shared keys and SAS tokens open the account.')
param allowSas bool

@description('Required. Whether the account is reached over private endpoints only.')
param privateOnly bool

@description('Required. The containers.')
param containers string[]

@description('Required. The queues that all devices share; empty where Service Bus carries the messages.')
param queues string[]

@description('Required. Containers whose blobs are deleted some days after they were last written.')
param lifecycles { container: string, days: int }[]

@description('Required. Where the diagnostics go.')
param workspaceId string

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: sku }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: allowSas
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    publicNetworkAccess: privateOnly ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: privateOnly ? 'Deny' : 'Allow'
    }
    // Says so in the log where somebody signs for longer; it cannot be forbidden.
    sasPolicy: allowSas ? { expirationAction: 'Log', sasExpirationPeriod: '1.00:00:00' } : null
    supportsHttpsTrafficOnly: true
  }
}

resource blobService 'Microsoft.Storage/storageAccounts/blobServices@2024-01-01' = {
  parent: account
  name: 'default'
  properties: {
    containerDeleteRetentionPolicy: { enabled: true, days: 7 }
    deleteRetentionPolicy: { enabled: true, days: 7 }
  }
}

resource blobContainers 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' = [
  for container in containers: {
    parent: blobService
    name: container
    properties: { publicAccess: 'None' }
  }
]

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2024-01-01' = {
  parent: account
  name: 'default'
}

resource sharedQueues 'Microsoft.Storage/storageAccounts/queueServices/queues@2024-01-01' = [
  for queue in queues: {
    parent: queueService
    name: queue
  }
]

resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2024-01-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: map(lifecycles, life => {
        name: life.container
        enabled: true
        type: 'Lifecycle'
        definition: {
          filters: {
            blobTypes: ['blockBlob']
            prefixMatch: ['${life.container}/']
          }
          actions: {
            baseBlob: { delete: { daysAfterModificationGreaterThan: life.days } }
          }
        }
      })
    }
  }
}

resource accountMetrics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: account
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    metrics: [{ category: 'Transaction', enabled: true }]
  }
}

// Reads and writes are the product's daily work and would cost more to log than to do; who deletes is worth knowing.
resource blobDeletes 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: blobService
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'StorageDelete', enabled: true }]
  }
}
