namespace Hybrid.EdgeWorker.Tests.Journal.StateMachine;

/// <summary>Journal and model disagree.</summary>
internal sealed class StateMachineFailure(string message) : Exception(message);
