// What wakes somebody up.

@description('Required. The end of all names.')
param suffix string

@description('Required. The region.')
param location string

@description('Required. The tags.')
param tags { *: string }

@description('Required. Who is told by mail; nobody where it is empty, and the alerts are seen in the portal only.')
param emails string[]

@description('Required. The Application Insights resource.')
param insightsId string

@description('Conditional. The Service Bus namespace, where there is one.')
param serviceBusId string?

@description('Required. The queue of escalations.')
param escalationQueue string

@description('Required. The functions whose calls count: they take escalations.')
param escalationFunctions string[]

@description('Required. The functions that run only when something was put aside.')
param poisonFunctions string[]

@description('Required. How long an escalation may wait before somebody is told, in minutes; 1 to 1440.')
@minValue(1)
@maxValue(1440)
param oldestEscalationMinutes int

@description('Required. Failed attempts in 15 minutes before somebody is told; 0 tells of each.')
@minValue(0)
param failedCalls int

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(emails)) {
  name: 'ag-${suffix}'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'hybrid'
    emailReceivers: [
      for (email, index) in emails: {
        name: 'mail-${index}'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

var actionGroups = empty(emails) ? [] : [people.id]
var escalationNames = join(map(escalationFunctions, name => '"${name}"'), ', ')
var poisonNames = join(map(poisonFunctions, name => '"${name}"'), ', ')

// The first line: what the Functions host runs for a poisoned message. The second: what the program says when it puts one aside itself. The third:
// what the host says when it moves a message to a poison queue of Azure Storage, where no function reads that of the results.
var putAsideQuery = '''
union
  (requests | where name in (%NAMES%)),
  (traces | where message has "was put aside on"),
  (traces | where message has "Moving message to queue")
'''

// The host says of every message when it came into the queue: storage queues InsertedOn (before version 5 of the extension
// InsertionTime), Service Bus EnqueuedTimeUtc.
var waitingQuery = '''
traces
| where operation_Name in (%NAMES%) and message startswith "Trigger Details:"
| extend came = todatetime(extract("(?:InsertedOn|InsertionTime|EnqueuedTimeUtc): ([^,]+)", 1, message))
| where isnotnull(came)
| project waitedMinutes = (timestamp - came) / 1m
'''

// An attempt that failed and is tried again, and an escalation that ended without an answer: the function has succeeded then, having said so to the
// device, but a model that refuses every call (a role that is missing, a deployment that is gone) shows nowhere else.
var failedQuery = '''
union
  (requests | where name in (%NAMES%) and success == false),
  (traces | where message has "ended Failed")
'''

var logAlerts = [
  {
    name: 'put-aside'
    description: 'A message was put aside. "hybrid-cloud rejected list" says why.'
    severity: 1
    query: replace(putAsideQuery, '%NAMES%', poisonNames)
    measure: { timeAggregation: 'Count', threshold: 0 }
  }
  {
    name: 'oldest-escalation'
    description: 'An escalation waited longer than ${oldestEscalationMinutes} minutes. Is the model throttled, or are there too few instances?'
    severity: 2
    query: replace(waitingQuery, '%NAMES%', escalationNames)
    measure: { timeAggregation: 'Maximum', metricMeasureColumn: 'waitedMinutes', threshold: oldestEscalationMinutes }
  }
  {
    name: 'failed-calls'
    description: 'More than ${failedCalls} attempts at escalations failed in 15 minutes, or ended without an answer.'
    severity: 2
    query: replace(failedQuery, '%NAMES%', escalationNames)
    measure: { timeAggregation: 'Count', threshold: failedCalls }
  }
]

resource logRules 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for alert in logAlerts: {
    name: 'alert-${alert.name}-${suffix}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: alert.name
      description: alert.description
      enabled: true
      severity: alert.severity
      scopes: [insightsId]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT15M'
      autoMitigate: true
      // The tables come with the first data.
      skipQueryValidation: true
      criteria: {
        allOf: [
          union(alert.measure, {
            query: alert.query
            operator: 'GreaterThan'
            failingPeriods: { minFailingPeriodsToAlert: 1, numberOfEvaluationPeriods: 1 }
          })
        ]
      }
      actions: { actionGroups: actionGroups }
    }
  }
]

// Without the help of the functions, which may be what has stopped.
resource stalled 'Microsoft.Insights/metricAlerts@2018-03-01' = if (serviceBusId != null) {
  name: 'alert-stalled-${suffix}'
  location: 'global'
  tags: tags
  properties: {
    description: 'Escalations wait, and none was taken off the queue for 15 minutes. Do the functions run?'
    enabled: true
    severity: 1
    scopes: [serviceBusId!]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'waiting'
          metricNamespace: 'Microsoft.ServiceBus/namespaces'
          metricName: 'ActiveMessages'
          timeAggregation: 'Minimum'
          operator: 'GreaterThan'
          threshold: 0
          dimensions: [{ name: 'EntityName', operator: 'Include', values: [escalationQueue] }]
        }
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'taken'
          metricNamespace: 'Microsoft.ServiceBus/namespaces'
          metricName: 'CompleteMessage'
          timeAggregation: 'Total'
          operator: 'LessThan'
          threshold: 1
          dimensions: [{ name: 'EntityName', operator: 'Include', values: [escalationQueue] }]
        }
      ]
    }
    actions: [for group in actionGroups: { actionGroupId: group }]
  }
}

resource deadLetters 'Microsoft.Insights/metricAlerts@2018-03-01' = if (serviceBusId != null) {
  name: 'alert-dead-letters-${suffix}'
  location: 'global'
  tags: tags
  properties: {
    description: 'A dead-letter queue is not empty.'
    enabled: true
    severity: 1
    scopes: [serviceBusId!]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT5M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'dead-letters'
          metricNamespace: 'Microsoft.ServiceBus/namespaces'
          metricName: 'DeadletteredMessages'
          timeAggregation: 'Maximum'
          operator: 'GreaterThan'
          threshold: 0
          dimensions: [{ name: 'EntityName', operator: 'Include', values: ['*'] }]
        }
      ]
    }
    actions: [for group in actionGroups: { actionGroupId: group }]
  }
}
