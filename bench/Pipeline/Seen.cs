namespace Hybrid.Pipeline.Bench;

/// <summary>A request of one of the programs to the storage, as it passed by.</summary>
/// <param name="Begun">When its last byte had come.</param>
/// <param name="Ended">When its answer was about to go back.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path behind the account: queue or container first.</param>
/// <param name="Prompts">The prompts of the messages in it, sent or received.</param>
internal sealed record Seen(DateTimeOffset Begun, DateTimeOffset Ended, string Method, string Path, IReadOnlyList<Guid> Prompts);
