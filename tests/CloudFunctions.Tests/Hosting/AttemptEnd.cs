namespace Hybrid.CloudFunctions.Tests.Hosting;

/// <summary>How the host double saw an attempt end.</summary>
internal enum AttemptEnd
{
    Succeeded,
    Failed,
    Poisoned,
    TimedOut,
}
