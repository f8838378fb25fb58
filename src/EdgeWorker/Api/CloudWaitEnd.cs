namespace Hybrid.EdgeWorker.Api;

/// <summary>What a caller gets when the cloud has not answered in time.</summary>
internal enum CloudWaitEnd
{
    /// <summary>The local draft, marked as such; an error where there is none.</summary>
    Draft,

    /// <summary>An error with the prompt's id.</summary>
    Error,
}
