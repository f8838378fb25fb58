using System.Text.Json;
using Hybrid.Contracts;
using Microsoft.Extensions.AI;

namespace Hybrid.CloudFunctions.Models;

/// <summary>A tool of the caller's: described to the model, never called here.</summary>
internal sealed class DeclaredTool(PromptTool tool) : AIFunctionDeclaration
{
    /// <summary>A function without arguments.</summary>
    private static readonly JsonElement NoArguments = JsonElement.Parse("""{"type":"object","properties":{}}""");

    public override string Name => tool.Name;

    public override string Description => tool.Description ?? "";

    public override JsonElement JsonSchema => tool.Parameters ?? NoArguments;

    /// <summary>Where the OpenAI client looks for strictness.</summary>
    public override IReadOnlyDictionary<string, object?> AdditionalProperties { get; } =
        tool.Strict is { } strict ? new Dictionary<string, object?> { [ModelRequest.StrictKey] = strict } : new Dictionary<string, object?>();
}
