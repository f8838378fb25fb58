namespace Hybrid.Inference.Chat.Templates;

/// <summary>A template cannot be read, or stops while it is rendered; becomes a public exception at the edge of this room.</summary>
internal sealed class JinjaException(string message) : Exception(message);
