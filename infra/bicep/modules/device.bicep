// One device: its own queues, and the roles of the service principal it signs in with.

import { builtInRoles, devicePrincipal, roleOn } from '../types.bicep'

@description('Required. The device.')
param device devicePrincipal

@description('Required. The storage account.')
param storageAccountName string

@description('Conditional. The Service Bus namespace, where Service Bus carries the messages; else the storage account does.')
param serviceBusName string?

@description('Required. The ids of the roles made for devices.')
param deviceRoleIds { answers: string, claims: string, deadLetters: string }

@description('Required. The queues and containers, by the names the programs use.')
param names {
  escalations: string
  results: string
  answers: string
  claims: string
  deadLetters: string
  poisonSuffix: string
  *: string
}

var answerQueue = '${names.answers}-${device.deviceId}'
var poisonQueue = '${answerQueue}${names.poisonSuffix}'
var onStorage = serviceBusName == null

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: storageAccountName

  resource queueService 'queueServices' existing = {
    name: 'default'

    // Made here too, so that the roles have something to stand on before the device comes for the first time.
    resource ownQueues 'queues' = [for queue in onStorage ? [answerQueue, poisonQueue] : []: { name: queue }]
  }
}

// A blob's path begins behind its container. The slash belongs to it: device "a" must not reach what device "a1" owns. Listing carries no
// path and is therefore refused.
var pathAttribute = '@Resource[Microsoft.Storage/storageAccounts/blobServices/containers/blobs:path]'
var blobActions = 'Microsoft.Storage/storageAccounts/blobServices/containers/blobs'
var claimCondition = '((!(ActionMatches{\'${blobActions}/read\'}) AND !(ActionMatches{\'${blobActions}/write\'}) AND !(ActionMatches{\'${blobActions}/delete\'})) OR (${pathAttribute} StringStartsWith \'${device.deviceId}/\'))'
var deadLetterCondition = '((!(ActionMatches{\'${blobActions}/write\'})) OR (${pathAttribute} StringStartsWith \'${answerQueue}/\'))'

var blobRoles roleOn[] = [
  {
    on: 'blobContainer'
    parent: storageAccountName
    name: names.claims
    role: deviceRoleIds.claims
    condition: claimCondition
  }
]

var storageRoles roleOn[] = [
  {
    on: 'storageQueue'
    parent: storageAccountName
    name: names.escalations
    role: builtInRoles.storageQueueDataMessageSender
  }
  {
    on: 'storageQueue'
    parent: storageAccountName
    name: names.results
    role: builtInRoles.storageQueueDataMessageSender
  }
  { on: 'storageQueue', parent: storageAccountName, name: answerQueue, role: deviceRoleIds.answers }
  { on: 'storageQueue', parent: storageAccountName, name: poisonQueue, role: deviceRoleIds.answers }
  {
    on: 'blobContainer'
    parent: storageAccountName
    name: names.deadLetters
    role: deviceRoleIds.deadLetters
    condition: deadLetterCondition
  }
]

var busRoles roleOn[] = [
  { on: 'serviceBusQueue', parent: serviceBusName, name: names.escalations, role: builtInRoles.serviceBusDataSender }
  { on: 'serviceBusQueue', parent: serviceBusName, name: names.results, role: builtInRoles.serviceBusDataSender }
  { on: 'serviceBusQueue', parent: serviceBusName, name: names.answers, role: builtInRoles.serviceBusDataReceiver }
]

module roles 'roles.bicep' = {
  params: {
    principalId: device.principalId
    key: device.principalId
    assignments: concat(blobRoles, onStorage ? storageRoles : busRoles)
  }
  dependsOn: [account::queueService::ownQueues]
}
