namespace Hybrid.EndToEnd.Outages;

/// <summary>What is away.</summary>
internal enum Outage
{
    /// <summary>The storage service has ended: connections are refused.</summary>
    StorageStopped,

    /// <summary>The storage service is frozen (SIGSTOP): connections stand and nothing answers.</summary>
    StorageFrozen,

    /// <summary>The line to it resets every connection.</summary>
    LineResets,

    /// <summary>The line swallows everything.</summary>
    LineSwallows,

    /// <summary>The line delays every piece.</summary>
    LineSlow,

    /// <summary>The large model refuses every call.</summary>
    ModelAway,

    /// <summary>The device's answer queue was deleted.</summary>
    AnswersAway,

    /// <summary>The storage service has ended, and the device is killed and started again meanwhile.</summary>
    DeviceRestartsOffline,
}
