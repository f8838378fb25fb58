using Hybrid.Inference;
using Hybrid.Inference.Decoding;
using Microsoft.Extensions.Configuration;

namespace Hybrid.EdgeWorker.Models;

/// <summary>Reads and checks the <c>Models</c> section; every failure is reported, not the first alone.</summary>
internal static class ModelsOptionsReader
{
    /// <summary>The options for the local model, or what is wrong with the configuration, one failure for each line.</summary>
    public static (LocalModelOptions? Options, IReadOnlyList<string> Failures) Read(IConfiguration configuration)
    {
        var section = configuration.GetSection(ModelsOptions.SectionName);
        var failures = new List<string>();
        Check<int>(nameof(ModelsOptions.Threads), value => value is >= 1 and <= 1024, "a whole number between 1 and 1024");
        Check<long>(nameof(ModelsOptions.KvBudgetBytes), value => value > 0, "a whole number of bytes above 0");
        if (section[nameof(ModelsOptions.Spinning)] is { } spinning
            && !Enum.GetNames<SpinningMode>().Contains(spinning, StringComparer.OrdinalIgnoreCase))
        {
            Fail(nameof(ModelsOptions.Spinning), spinning, string.Join(", ", Enum.GetNames<SpinningMode>()));
        }

        if (section[nameof(ModelsOptions.Path)] is { } path && string.IsNullOrWhiteSpace(path))
        {
            Fail(nameof(ModelsOptions.Path), path, "the path of a model folder");
        }

        if (failures.Count > 0)
        {
            return (null, failures);
        }

        var options = section.Get<ModelsOptions>() ?? new ModelsOptions();
        return (new LocalModelOptions
        {
            Path = System.IO.Path.GetFullPath(options.Path, AppContext.BaseDirectory),
            ChatFormat = string.IsNullOrEmpty(options.ChatFormat) ? null : options.ChatFormat,
            Threads = options.Threads,
            Spinning = options.Spinning,
            KvBudgetBytes = options.KvBudgetBytes,
        }, failures);

        void Check<T>(string key, Func<T, bool> holds, string range)
            where T : struct, IParsable<T>
        {
            if (section[key] is { Length: > 0 } text && !(T.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var value) && holds(value)))
            {
                Fail(key, text, range);
            }
        }

        void Fail(string key, string value, string range) => failures.Add(
            $"{ModelsOptions.SectionName}:{key} is '{value}'; it must be {range}. Set it in appsettings.json or HYBRID__{ModelsOptions.SectionName}__{key}.");
    }
}
