namespace Hybrid.Inference.Decoding;

/// <summary>Whether ONNX Runtime's worker threads burn their core while they wait for the next piece of work.</summary>
/// <remarks>
/// Measured with two threads: on idle cores spinning is 1.3 times (decode) to 1.6 times (prefill) faster; on a busy machine it is
/// 1.8 to 2.5 times slower, because a waiting thread takes the core another one needs.
/// </remarks>
public enum SpinningMode
{
    /// <summary>Decided while the model loads, by whether the machine's cores are free then (<see cref="SpinningProbe"/>).</summary>
    Auto,

    /// <summary>Workers spin: for a machine that does nothing else.</summary>
    On,

    /// <summary>Workers sleep: for a machine that has other work.</summary>
    Off,
}
