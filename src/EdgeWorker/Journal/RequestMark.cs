namespace Hybrid.EdgeWorker.Journal;

/// <summary>What is recorded of the request that brought a prompt, so that it is known again when it is sent again.</summary>
internal sealed record RequestMark
{
    /// <summary>The path it came to, as <c>responses</c>.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The digest of key, path and body: the same for the same request.</summary>
    public required byte[] Fingerprint { get; init; }

    /// <summary>The digest of the address it came from, and of <see cref="Fingerprint"/>.</summary>
    public required byte[] Peer { get; init; }

    /// <summary>Whether it may be referred to later.</summary>
    public bool Kept { get; init; } = true;

    /// <summary>Whether the first message holds instructions for this answer alone.</summary>
    public bool Instructed { get; init; }

    /// <summary>The prompt it goes on from.</summary>
    public Guid? Previous { get; init; }
}
