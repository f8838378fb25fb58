using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Cli;

/// <summary>One line of a file of prompts. Other fields are ignored.</summary>
/// <param name="Id">The line's own name; without one its number counts.</param>
/// <param name="Prompt">One user message; instead of <paramref name="Messages"/>.</param>
/// <param name="Messages">A conversation.</param>
/// <param name="Options">How to generate.</param>
/// <param name="Model"><c>hybrid</c> (default), <c>cloud</c> or the local model's name.</param>
/// <param name="Task">What kind of prompt it is.</param>
internal sealed record RunLine(
    string? Id = null,
    string? Prompt = null,
    IReadOnlyList<PromptMessage>? Messages = null,
    PromptOptions? Options = null,
    string? Model = null,
    string? Task = null);
