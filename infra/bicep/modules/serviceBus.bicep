// The Service Bus namespace and its queues.

import { busQueue } from '../types.bicep'

@description('Required. The namespace\'s name; 6 to 50 characters.')
@minLength(6)
@maxLength(50)
param name string

@description('Required. The region.')
param location string

@description('Required. The tags.')
param tags { *: string }

@description('Required. The tier. Private endpoints need Premium.')
param sku 'Standard' | 'Premium'

@description('Required. Messaging units of a Premium namespace; without effect on Standard.')
param messagingUnits 1 | 2 | 4 | 8 | 16

@description('Required. Whether SAS keys open the namespace.')
param allowSas bool

@description('Required. Whether the namespace is reached over private endpoints only.')
param privateOnly bool

@description('Required. The queues.')
param queues busQueue[]

@description('Required. How long a received message is hidden from others, ISO 8601; PT30S to PT5M. Holders renew it.')
param lockDuration string

@description('Required. Deliveries before a message is put aside; 1 to 2000.')
@minValue(1)
@maxValue(2000)
param maxDeliveryCount int

@description('Required. How long a message lives, ISO 8601. Longer than the longest deadline: the device alone decides expiry.')
param timeToLive string

@description('Required. Within this time a second message of the same id is dropped, ISO 8601; PT10M to P7D.')
param duplicateWindow string

@description('Required. The size of each queue, in megabytes.')
param maxSizeInMegabytes 1024 | 2048 | 3072 | 4096 | 5120

@description('Required. Where the diagnostics go.')
param workspaceId string

resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' = {
  name: name
  location: location
  tags: tags
  sku: sku == 'Premium' ? { name: sku, tier: sku, capacity: messagingUnits } : { name: sku, tier: sku }
  properties: {
    disableLocalAuth: !allowSas
    minimumTlsVersion: '1.2'
    publicNetworkAccess: privateOnly ? 'Disabled' : 'Enabled'
  }
}

resource busQueues 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' = [
  for queue in queues: {
    parent: namespace
    name: queue.name
    properties: {
      deadLetteringOnMessageExpiration: true
      defaultMessageTimeToLive: timeToLive
      duplicateDetectionHistoryTimeWindow: duplicateWindow
      lockDuration: lockDuration
      maxDeliveryCount: maxDeliveryCount
      maxSizeInMegabytes: maxSizeInMegabytes
      requiresDuplicateDetection: true
      requiresSession: queue.requiresSession
    }
  }
]

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: namespace
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

// 'https://NAME.servicebus.windows.net:443/': the host differs from cloud to cloud.
@description('The host name, as NAME.servicebus.windows.net.')
output host string = split(split(namespace.properties.serviceBusEndpoint, '//')[1], ':')[0]
