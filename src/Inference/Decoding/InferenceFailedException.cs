namespace Hybrid.Inference.Decoding;

/// <summary>The model could not be run to the end on a prompt: ONNX Runtime failed, or the output was not numbers.</summary>
public sealed class InferenceFailedException : Exception
{
    /// <summary>Creates the exception.</summary>
    public InferenceFailedException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
