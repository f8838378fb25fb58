using System.Text;
using System.Text.Json.Nodes;

namespace Hybrid.CloudFunctions.Tests.Hosting;

/// <summary>A request of a real Functions host, sent once more.</summary>
internal static class Recording
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Sends it.</summary>
    /// <param name="client">Sends it.</param>
    /// <param name="handler">The handler's address.</param>
    /// <param name="recording">Its name.</param>
    /// <param name="recordedPath">The path in the recording.</param>
    /// <param name="path">The path instead.</param>
    public static async Task<HttpResponseMessage> ReplayAsync(HttpClient client, Uri handler, string recording, string recordedPath, string path)
    {
        var json = JsonNode.Parse(
            await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Recordings", $"{recording}.json"), Token))!;
        var url = (string)json["url"]!;
        Assert.StartsWith(recordedPath, url, StringComparison.Ordinal);
        using var request = new HttpRequestMessage(new HttpMethod((string)json["method"]!), new Uri(handler, path + url[recordedPath.Length..]));
        var body = (string)json["body"]!;
        if (body.Length > 0)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        }

        foreach (var (name, value) in json["headers"]!.AsObject())
        {
            if (name is "Content-Type" or "Content-Length")
            {
                request.Content?.Headers.TryAddWithoutValidation(name, (string)value!);
            }
            else
            {
                request.Headers.TryAddWithoutValidation(name, (string)value!);
            }
        }

        return await client.SendAsync(request, Token);
    }
}
