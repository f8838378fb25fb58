// Roles made for devices, because the built-in ones allow more: "Storage Blob Data Contributor" on a container may delete the container
// with every device's claims, and no condition can forbid that.

@description('Required. The ids the definitions get, GUIDs.')
param ids { answers: string, claims: string, deadLetters: string }

@description('Required. What sets the names apart from those of other installations: role names are unique in a tenant.')
param suffix string

resource answers 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: ids.answers
  properties: {
    roleName: 'Hybrid device: own answer queue (${suffix})'
    description: 'Make the queue, take messages from it, put them back or aside. To be assigned on the queues of one device.'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [
      {
        actions: ['Microsoft.Storage/storageAccounts/queueServices/queues/write']
        dataActions: [
          'Microsoft.Storage/storageAccounts/queueServices/queues/messages/add/action'
          'Microsoft.Storage/storageAccounts/queueServices/queues/messages/process/action'
          'Microsoft.Storage/storageAccounts/queueServices/queues/messages/write'
        ]
      }
    ]
  }
}

resource claims 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: ids.claims
  properties: {
    roleName: 'Hybrid device: own claims (${suffix})'
    description: 'Read, write and delete blobs. To be assigned on the container of claims, on the condition that the path is the device\'s.'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [
      {
        actions: []
        dataActions: [
          'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete'
          'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read'
          'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write'
        ]
      }
    ]
  }
}

resource deadLetters 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: ids.deadLetters
  properties: {
    roleName: 'Hybrid device: put answers aside (${suffix})'
    description: 'Write blobs. To be assigned on the container of dead letters, on the condition that the path is the device\'s.'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [
      {
        actions: []
        dataActions: ['Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write']
      }
    ]
  }
}
