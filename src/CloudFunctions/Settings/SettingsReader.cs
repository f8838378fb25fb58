using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Hybrid.CloudFunctions.Settings;

/// <summary>Reads one section, value by value, and collects every failure with key, value and remedy.</summary>
/// <param name="section">The section.</param>
/// <param name="failures">Where failures are added, one line each.</param>
/// <param name="file">The file the section stands in.</param>
/// <param name="prefix">What the environment's variables for that file begin with.</param>
internal sealed class SettingsReader(
    IConfigurationSection section, List<string> failures, string file = SettingsReader.DefaultFile,
    string prefix = SettingsReader.DefaultPrefix)
{
    /// <summary>The program's own settings.</summary>
    public const string DefaultFile = "appsettings.json";

    /// <summary>Before the environment's variables of this program; they outrank the file.</summary>
    public const string DefaultPrefix = "HYBRID__";

    /// <summary>A text; null where nothing is set.</summary>
    public string? Text(string key) => section[key] is { } value && !string.IsNullOrWhiteSpace(value) ? value.Trim() : null;

    /// <summary>A text that must be there.</summary>
    public string Required(string key, string demand)
    {
        var value = Text(key);
        if (value is null)
        {
            Fail(key, "not set", demand);
        }

        return value ?? "";
    }

    /// <summary>One of an enum's names.</summary>
    public T Choice<T>(string key, T absent)
        where T : struct, Enum
    {
        if (Text(key) is not { } value)
        {
            return absent;
        }

        // Names only: Enum.TryParse would take "7".
        if (Enum.GetNames<T>().Contains(value, StringComparer.OrdinalIgnoreCase))
        {
            return Enum.Parse<T>(value, ignoreCase: true);
        }

        Fail(key, $"'{value}'", $"it must be one of {string.Join(", ", Enum.GetNames<T>())}");
        return absent;
    }

    /// <summary>A length of time within bounds, as <c>00:01:30</c>.</summary>
    public TimeSpan Duration(string key, TimeSpan absent, TimeSpan least, TimeSpan most)
    {
        if (Text(key) is not { } value)
        {
            return absent;
        }

        if (TimeSpan.TryParse(value, CultureInfo.InvariantCulture, out var duration) && duration >= least && duration <= most)
        {
            return duration;
        }

        Fail(key, $"'{value}'", $"it must be a length of time from {least} to {most}, as hh:mm:ss");
        return absent;
    }

    /// <summary>A number within bounds; null where nothing is set.</summary>
    public T? Number<T>(string key, T least, T most)
        where T : struct, IParsable<T>, IComparable<T>
    {
        if (Text(key) is not { } value)
        {
            return null;
        }

        if (T.TryParse(value, CultureInfo.InvariantCulture, out var number) && number.CompareTo(least) >= 0 && number.CompareTo(most) <= 0)
        {
            return number;
        }

        Fail(key, $"'{value}'", string.Create(CultureInfo.InvariantCulture, $"it must be a number from {least} to {most}"));
        return null;
    }

    /// <summary>An http address.</summary>
    public Uri? Address(string key, string example)
    {
        if (Text(key) is not { } value)
        {
            return null;
        }

        if (Uri.TryCreate(value, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0)
        {
            return uri;
        }

        // What stands before an @ may be a secret.
        Fail(
            key,
            value.Contains('@', StringComparison.Ordinal) ? "not an address (not shown)" : $"'{value}'",
            $"it must be an address without a user, as {example}");
        return null;
    }

    /// <summary>Adds a failure.</summary>
    /// <param name="key">The key within the section.</param>
    /// <param name="value">The value as people may see it.</param>
    /// <param name="demand">What it must be.</param>
    public void Fail(string key, string value, string demand) => failures.Add(
        $"{section.Path}:{key} is {value}; {demand}. "
        + $"Set it in {file} or {prefix}{section.Path.Replace(":", "__", StringComparison.Ordinal)}__{key}.");
}
