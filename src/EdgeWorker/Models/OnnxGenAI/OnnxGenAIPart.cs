using Hybrid.EdgeWorker.Models.OnnxGenAI;
using Hybrid.Inference;

namespace Hybrid.EdgeWorker.Models;

/// <content>The part that is there under <c>PackageSet=Full</c>.</content>
internal static partial class OnnxGenAIPart
{
    static partial void Tell(ref bool built) => built = true;

    static partial void Load(LocalModelOptions options, TimeProvider time, CancellationToken cancellationToken, ref ILocalBackend? backend) =>
        backend = OnnxGenAIBackend.Load(options, time, cancellationToken);
}
