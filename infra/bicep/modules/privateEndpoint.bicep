// A private endpoint and its place in the DNS.

@description('Required. What it is an endpoint of, in one word; part of the name.')
param name string

@description('Required. The end of the name.')
param suffix string

@description('Required. The region.')
param location string

@description('Required. The tags.')
param tags { *: string }

@description('Required. The subnet it lies in.')
param subnetId string

@description('Required. The resource that is reached.')
param serviceId string

@description('Required. The sub-resource, as blob.')
param groupId string

@description('Required. The private DNS zone in which it is found.')
param zoneId string

resource endpoint 'Microsoft.Network/privateEndpoints@2024-05-01' = {
  name: 'pe-${name}-${suffix}'
  location: location
  tags: tags
  properties: {
    subnet: { id: subnetId }
    privateLinkServiceConnections: [
      {
        name: name
        properties: {
          privateLinkServiceId: serviceId
          groupIds: [groupId]
        }
      }
    ]
  }

  resource zoneGroup 'privateDnsZoneGroups' = {
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        {
          name: name
          properties: { privateDnsZoneId: zoneId }
        }
      ]
    }
  }
}
