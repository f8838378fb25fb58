// Where logs and metrics go. Only Entra identities may write and read.

@description('Required. The end of both names.')
param suffix string

@description('Required. The region.')
param location string

@description('Required. The tags.')
param tags { *: string }

@description('Required. How long logs are kept, in days; 30 to 730.')
@minValue(30)
@maxValue(730)
param retentionDays int

@description('Required. What is taken in per day at most, in GB; -1 for no limit. What comes after that is lost, alerts included.')
@minValue(-1)
param dailyQuotaGb int

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: 'log-${suffix}'
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionDays
    workspaceCapping: { dailyQuotaGb: dailyQuotaGb }
    features: {
      disableLocalAuth: true
      enableLogAccessUsingOnlyResourcePermissions: true
    }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: 'appi-${suffix}'
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    DisableLocalAuth: true
    DisableIpMasking: false
  }
}

@description('The workspace\'s resource id.')
output workspaceId string = workspace.id

@description('The Application Insights resource\'s id.')
output insightsId string = insights.id
