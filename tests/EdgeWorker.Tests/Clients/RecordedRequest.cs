using System.Text;

namespace Hybrid.EdgeWorker.Tests.Clients;

/// <summary>A request as a client's sources make it, from a file.</summary>
internal static class RecordedRequest
{
    /// <summary>Reads one.</summary>
    /// <param name="name">Its file's name, without the ending.</param>
    /// <param name="key">The API key it is sent with.</param>
    /// <param name="local">The local model's name.</param>
    public static HttpRequestMessage Read(string name, string key, string local)
    {
        using var stream = typeof(RecordedRequest).Assembly.GetManifestResourceStream($"{name}.http")!;
        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd().Replace("{{key}}", key, StringComparison.Ordinal).Replace("{{local}}", local, StringComparison.Ordinal);
        var split = text.IndexOf("\n\n", StringComparison.Ordinal);
        var lines = text[..split].Split('\n');
        var request = new HttpRequestMessage(new HttpMethod(lines[0].Split(' ')[0]), lines[0].Split(' ')[1]);
        if (text[(split + 2)..].TrimEnd('\n') is { Length: > 0 } body)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        }

        foreach (var (header, value) in lines.Skip(1).Select(line => (line[..line.IndexOf(':', StringComparison.Ordinal)], line[(line.IndexOf(':', StringComparison.Ordinal) + 2)..])))
        {
            if (!request.Headers.TryAddWithoutValidation(header, value))
            {
                request.Content?.Headers.TryAddWithoutValidation(header, value);
            }
        }

        return request;
    }
}
