namespace Hybrid.EdgeWorker.Device;

/// <summary>Who this device is.</summary>
internal sealed class DeviceOptions
{
    public const string SectionName = "Device";

    /// <summary>The device's id; unset takes the one kept in the data folder, made at the first start.</summary>
    public string? Id { get; set; }
}
