// The function app, on the Flex Consumption plan.

@description('Required. The app\'s name; 2 to 60 characters.')
@minLength(2)
@maxLength(60)
param name string

@description('Required. The region.')
param location string

@description('Required. The tags of the app itself.')
param tags { *: string }

@description('Required. The name of the plan.')
param planName string

@description('Required. What runs the program: a custom handler brings its own .NET, dotnet-isolated gets the platform\'s.')
param runtime { name: 'custom' | 'dotnet-isolated', version: string }

@description('Required. The identity\'s resource id.')
param identityId string

@description('Required. The address of the container that holds the deployed package.')
param packageContainerUri string

@description('Required. Memory of an instance, in MB.')
param instanceMemoryMB 512 | 2048 | 4096

@description('Required. The most instances; 1 to 1000.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int

@description('Required. Functions that keep instances running, and how many.')
param alwaysReady { name: string, instanceCount: int }[]

@description('Required. The app settings.')
param settings { *: string }

@description('Optional. The subnet the app sends from; delegated to Microsoft.App/environments.')
param subnetId string?

@description('Required. Where the diagnostics go.')
param workspaceId string

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: name
  location: location
  tags: tags
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    virtualNetworkSubnetId: subnetId
    siteConfig: {
      ftpsState: 'Disabled'
      http20Enabled: true
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageContainerUri
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: runtime
      scaleAndConcurrency: {
        alwaysReady: alwaysReady
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
      }
    }
  }

  resource appSettings 'config' = {
    name: 'appsettings'
    properties: settings
  }

  // Deployments sign in with Entra; no user name and password.
  resource noFtpPassword 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource noScmPassword 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }
}

// Its logs are in Application Insights already.
resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: app
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

@description('The app\'s host name.')
output host string = app.properties.defaultHostName
