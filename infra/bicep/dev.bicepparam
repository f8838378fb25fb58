using 'main.bicep'

// The smallest installation: Storage queues, little capacity, everything scales to nothing. About five dollars a month while idle, for the alerts.

param tags = { application: 'hybrid', environment: 'dev' }

param model = {
  kind: 'new'
  location: readEnvironmentVariable('HYBRID_MODEL_LOCATION', 'swedencentral')
  model: 'gpt-4.1-mini'
  version: '2025-04-14'
  sku: 'GlobalStandard'
  capacity: 30
}

// What the price list said when this was written; set what your agreement says.
param modelPrice = { inputPerMillion: '0.40', outputPerMillion: '1.60', currency: 'USD' }

param storageSku = 'Standard_LRS'

param maximumInstanceCount = 40
param callsPerInstance = 4

// "azd env set HYBRID_DEVICES '[{"deviceId":"…","principalId":"…"}]'" names devices without a change here.
param devicePrincipals = json(readEnvironmentVariable('HYBRID_DEVICES', '[]'))
