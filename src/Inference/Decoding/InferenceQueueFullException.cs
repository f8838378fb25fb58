using System.Globalization;

namespace Hybrid.Inference.Decoding;

/// <summary>As many requests as allowed are waiting for the model already; try again later.</summary>
public sealed class InferenceQueueFullException : Exception
{
    /// <summary>Creates the exception.</summary>
    public InferenceQueueFullException(int queued)
        : base(string.Create(CultureInfo.InvariantCulture, $"{queued} requests are waiting for the model already (MaxQueued). Try again later, or raise MaxQueued."))
    {
        Queued = queued;
    }

    /// <summary>How many are waiting.</summary>
    public int Queued { get; }
}
