namespace Hybrid.FakeModelServer;

/// <summary>What the server does on the wire.</summary>
public enum FakeModelAction
{
    /// <summary>Answers in full.</summary>
    Answer,

    /// <summary>Keeps silent.</summary>
    Hang,

    /// <summary>Closes the connection.</summary>
    Cut,

    /// <summary>Closes the connection after half the body.</summary>
    CutMidway,
}
