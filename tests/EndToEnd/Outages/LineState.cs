namespace Hybrid.EndToEnd.Outages;

/// <summary>What a line does to what goes over it.</summary>
internal enum LineState
{
    /// <summary>Everything passes.</summary>
    Whole,

    /// <summary>Everything passes, each piece late.</summary>
    Slow,

    /// <summary>Connections are reset, old ones and new ones.</summary>
    Resetting,

    /// <summary>Connections are taken and stay silent, old ones and new ones.</summary>
    BlackHole,
}
