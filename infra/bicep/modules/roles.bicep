// Every role of one principal: the only place in which roles are assigned.

import { roleOn } from '../types.bicep'

@description('Required. The object id of the principal.')
param principalId string

@description('Required. What the assignments are named by: the same for the same principal, different for another.')
param key string

@description('Required. What it may do, and where.')
param assignments roleOn[]

// A scope is a resource of a fixed type, so each kind has its own loop over the one list.
var onStorageAccounts = filter(assignments, assignment => assignment.on == 'storageAccount')
var onStorageQueues = filter(assignments, assignment => assignment.on == 'storageQueue')
var onBlobContainers = filter(assignments, assignment => assignment.on == 'blobContainer')
var onServiceBusQueues = filter(assignments, assignment => assignment.on == 'serviceBusQueue')
var onOpenAiAccounts = filter(assignments, assignment => assignment.on == 'openAiAccount')
var onApplicationInsights = filter(assignments, assignment => assignment.on == 'applicationInsights')

resource storageAccounts 'Microsoft.Storage/storageAccounts@2024-01-01' existing = [
  for assignment in onStorageAccounts: { name: assignment.name }
]

resource storageAccountRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (assignment, index) in onStorageAccounts: {
    scope: storageAccounts[index]
    name: guid(storageAccounts[index].id, key, assignment.role)
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', assignment.role)
      condition: assignment.?condition
      conditionVersion: assignment.?condition == null ? null : '2.0'
    }
  }
]

resource storageQueues 'Microsoft.Storage/storageAccounts/queueServices/queues@2024-01-01' existing = [
  for assignment in onStorageQueues: { name: '${assignment.?parent}/default/${assignment.name}' }
]

resource storageQueueRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (assignment, index) in onStorageQueues: {
    scope: storageQueues[index]
    name: guid(storageQueues[index].id, key, assignment.role)
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', assignment.role)
      condition: assignment.?condition
      conditionVersion: assignment.?condition == null ? null : '2.0'
    }
  }
]

resource blobContainers 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' existing = [
  for assignment in onBlobContainers: { name: '${assignment.?parent}/default/${assignment.name}' }
]

resource blobContainerRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (assignment, index) in onBlobContainers: {
    scope: blobContainers[index]
    name: guid(blobContainers[index].id, key, assignment.role)
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', assignment.role)
      condition: assignment.?condition
      conditionVersion: assignment.?condition == null ? null : '2.0'
    }
  }
]

resource serviceBusQueues 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' existing = [
  for assignment in onServiceBusQueues: { name: '${assignment.?parent}/${assignment.name}' }
]

resource serviceBusQueueRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (assignment, index) in onServiceBusQueues: {
    scope: serviceBusQueues[index]
    name: guid(serviceBusQueues[index].id, key, assignment.role)
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', assignment.role)
    }
  }
]

resource openAiAccounts 'Microsoft.CognitiveServices/accounts@2024-10-01' existing = [
  for assignment in onOpenAiAccounts: { name: assignment.name }
]

resource openAiAccountRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (assignment, index) in onOpenAiAccounts: {
    scope: openAiAccounts[index]
    name: guid(openAiAccounts[index].id, key, assignment.role)
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', assignment.role)
    }
  }
]

resource insights 'Microsoft.Insights/components@2020-02-02' existing = [
  for assignment in onApplicationInsights: { name: assignment.name }
]

resource insightsRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (assignment, index) in onApplicationInsights: {
    scope: insights[index]
    name: guid(insights[index].id, key, assignment.role)
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', assignment.role)
    }
  }
]
