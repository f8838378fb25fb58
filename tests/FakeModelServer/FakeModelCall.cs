namespace Hybrid.FakeModelServer;

/// <summary>A call that reached the server.</summary>
/// <param name="Number">1 for the first.</param>
/// <param name="Path">The path: <c>/v1/chat/completions</c>, or Azure's with the deployment in it.</param>
/// <param name="Authorization">The header <c>Authorization</c>, or Azure's <c>api-key</c>; empty if neither came.</param>
/// <param name="Body">The request, JSON.</param>
public sealed record FakeModelCall(int Number, string Path, string Authorization, string Body);
