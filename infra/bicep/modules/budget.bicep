// A budget of the resource group. It warns; it stops nothing.

import { budget } from '../types.bicep'

@description('Required. The budget\'s name.')
param name string

@description('Required. Amount, start and addresses.')
param monthly budget

resource monthlyBudget 'Microsoft.Consumption/budgets@2023-11-01' = {
  name: name
  properties: {
    category: 'Cost'
    amount: monthly.amount
    timeGrain: 'Monthly'
    timePeriod: { startDate: '${monthly.startDate}T00:00:00Z' }
    notifications: {
      eightyPercent: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 80
        thresholdType: 'Actual'
        contactEmails: monthly.contactEmails
      }
      spent: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 100
        thresholdType: 'Actual'
        contactEmails: monthly.contactEmails
      }
      willBeSpent: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 100
        thresholdType: 'Forecasted'
        contactEmails: monthly.contactEmails
      }
    }
  }
}
