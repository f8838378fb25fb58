using Hybrid.CloudFunctions.Isolated;

namespace Hybrid.CloudFunctions.Hosting;

/// <content>The part that is there under <c>PackageSet=Full</c>.</content>
internal static partial class IsolatedStart
{
    static partial void Begin(string[] args, TextWriter error, ref Task<int>? run) => run = IsolatedHost.RunAsync(args, error);
}
