using System.Text.Json.Nodes;

namespace Hybrid.Infra.Tests.Checks;

/// <summary>The linter's settings.</summary>
internal static class LinterRules
{
    // Their answer changes with the calendar.
    private static readonly string[] Off = ["use-recent-api-versions", "use-recent-module-versions"];

    // Bicep, "Linter rules": those that keep secrets out of outputs, parameters and logs.
    private static readonly string[] Security =
    [
        "adminusername-should-not-be-literal", "outputs-should-not-contain-secrets", "protect-commandtoexecute-secrets", "secure-parameter-default",
        "secure-params-in-nested-deploy", "secure-secrets-in-params", "use-secure-value-for-secure-inputs",
    ];

    /// <summary>What is let through, one line each.</summary>
    /// <param name="json">The text of <c>bicepconfig.json</c>.</param>
    public static IReadOnlyList<string> Find(string json)
    {
        var core = JsonNode.Parse(json)!["analyzers"]!["core"]!;
        var levels = core["rules"]!.AsObject().ToDictionary(pair => pair.Key, pair => pair.Value!["level"]!.GetValue<string>());
        return
        [
            .. core["enabled"]!.GetValue<bool>() ? [] : new[] { "The linter is off." },
            .. levels.Where(pair => pair.Value != (Off.Contains(pair.Key) ? "off" : "error")).Select(pair => $"The rule {pair.Key} is at {pair.Value}."),
            .. Security.Except(levels.Keys).Select(name => $"The rule {name} is not named."),
        ];
    }
}
