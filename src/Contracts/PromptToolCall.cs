namespace Hybrid.Contracts;

/// <summary>The model's wish that the caller call a function.</summary>
/// <param name="Id">The provider's name for this call; the result refers to it.</param>
/// <param name="Name">The function.</param>
/// <param name="Arguments">Its arguments as the model wrote them: JSON, though nobody promises that it is valid.</param>
public sealed record PromptToolCall(string Id, string Name, string Arguments);
