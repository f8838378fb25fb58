namespace Hybrid.FleetSimulation;

/// <summary>What an escalation is about to finish.</summary>
internal enum EscalationState
{
    /// <summary>It waits after being throttled, its place taken.</summary>
    Pausing,

    /// <summary>The model works.</summary>
    Calling,

    /// <summary>It is back in the queue and not yet visible.</summary>
    Hidden,
}
