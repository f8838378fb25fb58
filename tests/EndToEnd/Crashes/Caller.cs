using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Hybrid.EndToEnd.Check;

namespace Hybrid.EndToEnd.Crashes;

/// <summary>
/// A caller who does not give up: after a broken connection the same request comes again under the same idempotency key, until its outcome
/// is told. Everything it hears is noted.
/// </summary>
internal sealed class Caller(PipelineRig rig, CallerPlan plan)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly string[] Final = ["answered", "failed", "expired"];

    private readonly string _key = Guid.NewGuid().ToString();
    private readonly TaskCompletionSource _accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _left;
    private Guid? _id;

    /// <summary>Ends when it was told that its prompt is accepted.</summary>
    public Task AcceptedAsync => _accepted.Task;

    /// <summary>Runs until the outcome is told.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await InsistAsync(cancellationToken);
        }
        catch (Exception exception)
        {
            _accepted.TrySetException(exception);
            throw;
        }
    }

    private async Task InsistAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                if (await (plan.Direct ? AskCloudAsync(cancellationToken) : AskDeviceAsync(cancellationToken)))
                {
                    return;
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or JsonException)
            {
                // The other side has died, perhaps in the middle of a word.
            }

            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }
    }

    private async Task<bool> AskDeviceAsync(CancellationToken cancellationToken)
    {
        if (rig.Edge is not { } edge)
        {
            return false;
        }

        if (_left)
        {
            return Take(JsonElement.Parse(await rig.Http.GetStringAsync(new Uri(edge.Address, $"hybrid/prompts/{_id}"), cancellationToken)));
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(edge.Address, "hybrid/prompts"))
        {
            Content = JsonContent.Create(new
            {
                prompt = plan.WholeText,
                model = plan.Model,
                interactive = plan.Interactive,
                waitOffline = true,
                deadlineSeconds = plan.DeadlineSeconds,
                options = new { maxTokens = plan.MaxTokens },
            }),
        };
        request.Headers.Add("Idempotency-Key", _key);
        request.Headers.Add("Prefer", "wait=60");
        if (plan.Streams)
        {
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        }

        rig.Note(new CallerNote(CallerNoteKind.Asked, Text: plan.WholeText));
        using var response = await rig.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        return plan.Streams
            ? await ReadStreamAsync(response, cancellationToken)
            : Take(JsonElement.Parse(await response.Content.ReadAsStringAsync(cancellationToken)));
    }

    private async Task<bool> ReadStreamAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var content = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var item in SseParser.Create(content).EnumerateAsync(cancellationToken))
        {
            switch (item.EventType)
            {
                case "accepted":
                    _id = JsonElement.Parse(item.Data).GetProperty("id").GetGuid();
                    rig.Note(new CallerNote(CallerNoteKind.Accepted, _id));
                    _accepted.TrySetResult();
                    if (plan.Leaves)
                    {
                        // Gone; some time later it comes back and looks.
                        _left = true;
                        return false;
                    }

                    break;
                case "outcome":
                    return Take(JsonElement.Parse(item.Data));
            }
        }

        return false;
    }

    /// <summary>Notes what a device says of the prompt.</summary>
    /// <returns>Whether that was its outcome.</returns>
    private bool Take(JsonElement view)
    {
        var (id, state) = (view.GetProperty("id").GetGuid(), view.GetProperty("state").GetString()!);
        rig.Note(new CallerNote(CallerNoteKind.Accepted, id));
        if (!Final.Contains(state))
        {
            return false;
        }

        rig.Note(new CallerNote(CallerNoteKind.Told, id, State: state, Answer: view.TryGetProperty("answer", out var answer) ? answer.GetString() : null));
        return true;
    }

    /// <summary>Over HTTP there is no key: a request whose answer got lost is a new prompt.</summary>
    private async Task<bool> AskCloudAsync(CancellationToken cancellationToken)
    {
        if (rig.Cloud is not { } cloud)
        {
            return false;
        }

        rig.Note(new CallerNote(CallerNoteKind.Asked, Text: plan.WholeText, Direct: true));
        using var response = await rig.Http.PostAsJsonAsync(new Uri(cloud.Address, "api/prompts"), new { prompt = plan.WholeText }, cancellationToken);
        response.EnsureSuccessStatusCode();
        var id = JsonElement.Parse(await response.Content.ReadAsStringAsync(cancellationToken)).GetProperty("id").GetGuid();
        rig.Note(new CallerNote(CallerNoteKind.Accepted, id, Direct: true));
        while (true)
        {
            try
            {
                using var outcome = await rig.Http.GetAsync(new Uri(rig.Cloud!.Address, $"api/prompts/{id}"), cancellationToken);
                if (outcome.StatusCode == System.Net.HttpStatusCode.OK)
                {
                    var view = JsonElement.Parse(await outcome.Content.ReadAsStringAsync(cancellationToken));
                    rig.Note(new CallerNote(
                        CallerNoteKind.Told, id, State: view.GetProperty("state").GetString(),
                        Answer: view.TryGetProperty("text", out var text) ? text.GetString() : null, Direct: true));
                    return true;
                }
            }
            catch (HttpRequestException)
            {
                // It has died; the one started next knows the prompt.
            }

            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }
    }
}
