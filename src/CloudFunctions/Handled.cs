namespace Hybrid.CloudFunctions;

/// <summary>What became of a message, apart from exceptions, which mean the same as <see cref="Later"/> and are logged.</summary>
internal enum Handled
{
    /// <summary>Nothing is left to do; the queue forgets it.</summary>
    Done,

    /// <summary>Somebody else is at it; the queue delivers it again.</summary>
    Later,
}
