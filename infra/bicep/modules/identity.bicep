// The identity the function app works under.

@description('Required. The name of the identity.')
param name string

@description('Required. The region.')
param location string

@description('Required. The tags.')
param tags { *: string }

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}

@description('The object id of its service principal.')
output principalId string = identity.properties.principalId

@description('The client id, by which programs choose it.')
output clientId string = identity.properties.clientId
