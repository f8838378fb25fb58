namespace Hybrid.Inference.Chat.Templates;

/// <summary>A function or bound method of the template language.</summary>
internal delegate object? JinjaCallable(IReadOnlyList<object?> arguments, IReadOnlyDictionary<string, object?> named);
