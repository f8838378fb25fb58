using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Hybrid.EdgeWorker.Settings;

/// <summary>Checks the texts of one configuration section before they are bound; every failure is kept, not the first alone.</summary>
internal sealed class SectionReader(IConfiguration configuration, string section, ICollection<string> failures)
{
    private readonly IConfigurationSection _section = configuration.GetSection(section);

    /// <summary>A number in a range.</summary>
    public SectionReader Number<T>(string key, T least, T most)
        where T : struct, IParsable<T>, IComparable<T>
    {
        if (_section[key] is { Length: > 0 } text
            && !(T.TryParse(text, CultureInfo.InvariantCulture, out var value) && value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0))
        {
            Fail(key, text, string.Create(CultureInfo.InvariantCulture, $"a number between {least} and {most}"));
        }

        return this;
    }

    /// <summary>A time as <c>00:00:30</c> or <c>1.00:00:00</c>, in a range.</summary>
    public SectionReader Time(string key, TimeSpan least, TimeSpan most)
    {
        if (_section[key] is { Length: > 0 } text
            && !(TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most))
        {
            Fail(key, text, $"a time between {least} and {most}, as hours:minutes:seconds");
        }

        return this;
    }

    /// <summary>One of an enum's names; numbers are refused.</summary>
    public SectionReader Name<T>(string key)
        where T : struct, Enum
    {
        if (_section[key] is { Length: > 0 } text && !Enum.GetNames<T>().Contains(text, StringComparer.OrdinalIgnoreCase))
        {
            Fail(key, text, $"one of {string.Join(", ", Enum.GetNames<T>())}");
        }

        return this;
    }

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public SectionReader Truth(string key)
    {
        if (_section[key] is { Length: > 0 } text && !bool.TryParse(text, out _))
        {
            Fail(key, text, "true or false");
        }

        return this;
    }

    /// <summary>A text with a rule of its own; null means not set.</summary>
    public SectionReader Text(string key, Func<string, bool> holds, string rule)
    {
        if (_section[key] is { } text ? !holds(text) : _section.GetSection(key).GetChildren().Any())
        {
            // Of a list, which has keys below this one, nothing would be taken.
            Fail(key, _section[key] ?? "a list", rule);
        }

        return this;
    }

    private void Fail(string key, string value, string rule) =>
        failures.Add($"{section}:{key} is '{value}'; it must be {rule}. Set it in appsettings.json or HYBRID__{section}__{key}.");
}
