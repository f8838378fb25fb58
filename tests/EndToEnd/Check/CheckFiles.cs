using System.Text.Json;

namespace Hybrid.EndToEnd.Check;

/// <summary>The JSON files of a <see cref="RunFolder"/>.</summary>
internal static class CheckFiles
{
    /// <summary>Also how the verdict is printed.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web);

    /// <summary>A file's one value; null if there is no file.</summary>
    public static T? Read<T>(string path)
        where T : class => File.Exists(path) ? JsonSerializer.Deserialize<T>(File.ReadAllText(path), Json) : null;

    /// <summary>A file's values, one a line; none if there is no file. A last line that a crash has cut off is no value.</summary>
    public static IReadOnlyList<T> ReadLines<T>(string path) => File.Exists(path)
        ? [.. File.ReadLines(path).Where(line => line.EndsWith('}')).Select(line => JsonSerializer.Deserialize<T>(line, Json)!)]
        : [];

    public static void Write<T>(string path, T value) => File.WriteAllText(path, JsonSerializer.Serialize(value, Json));

    public static void WriteLines<T>(string path, IEnumerable<T> values) =>
        File.WriteAllLines(path, values.Select(value => JsonSerializer.Serialize(value, Json)));
}
