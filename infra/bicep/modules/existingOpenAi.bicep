// Looks up an Azure OpenAI account that somebody else made, in whatever resource group.

@description('Required. The account\'s name.')
param name string

resource account 'Microsoft.CognitiveServices/accounts@2024-10-01' existing = {
  name: name
}

@description('The address of the account.')
output endpoint string = account.properties.endpoint
