namespace Hybrid.EdgeWorker.Models;

/// <summary>What runs the local model.</summary>
internal enum ModelBackend
{
    /// <summary>This product's own decode loop on ONNX Runtime.</summary>
    OnnxRuntime,

    /// <summary>Microsoft.ML.OnnxRuntimeGenAI; in builds with <c>PackageSet=Full</c>. Tells no confidence.</summary>
    OnnxGenAI,
}
