using 'main.bicep'

// For a plant: Service Bus with sessions, a warm instance, private endpoints, alerts and a budget.

param tags = { application: 'hybrid', environment: 'prod' }

param transport = 'Amqp'
param privateNetworking = true
param serviceBusUnits = 1

param model = {
  kind: 'new'
  location: readEnvironmentVariable('HYBRID_MODEL_LOCATION', 'swedencentral')
  model: 'gpt-4.1-mini'
  version: '2025-04-14'
  sku: 'DataZoneStandard'
  capacity: 250
}

// What the price list said when this was written; set what your agreement says.
param modelPrice = { inputPerMillion: '0.44', outputPerMillion: '1.76', currency: 'USD' }

param storageSku = 'Standard_ZRS'

param maximumInstanceCount = 100
param callsPerInstance = 8
param alwaysReadyInstances = 1

param logDays = 90
param logGigabytesPerDay = 5

param alertEmails = [readEnvironmentVariable('HYBRID_ALERT_EMAIL', 'operations@example.com')]

param monthlyBudget = {
  amount: 1500
  startDate: readEnvironmentVariable('HYBRID_BUDGET_START', '2026-12-01')
  contactEmails: [readEnvironmentVariable('HYBRID_ALERT_EMAIL', 'operations@example.com')]
}

param devicePrincipals = json(readEnvironmentVariable('HYBRID_DEVICES', '[]'))
