namespace Hybrid.EdgeWorker.Routing;

/// <summary>Who answers when nothing else speaks.</summary>
internal enum RouteMode
{
    /// <summary>The device first; the cloud for what the device is unsure of.</summary>
    LocalFirst,

    /// <summary>The cloud first; the device when the cloud is away or slow.</summary>
    CloudFirst,

    /// <summary>Nothing leaves the device.</summary>
    LocalOnly,

    /// <summary>The device answers nothing.</summary>
    CloudOnly,
}
