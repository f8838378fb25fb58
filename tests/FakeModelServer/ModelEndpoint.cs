using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.FakeModelServer;

/// <summary>
/// OpenAI's chat completions on the wire, and Azure OpenAI's, doing whatever a test wants. Counts the calls. Thread safe.
/// </summary>
public sealed class ModelEndpoint : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentQueue<FakeModelCall> _calls = new();
    private readonly Lock _gate = new();
    private readonly List<(int Calls, TaskCompletionSource Reached)> _waiting = [];
    private int _count;

    private ModelEndpoint(WebApplication app) => _app = app;

    /// <summary>Decides what happens to a call; default a normal answer.</summary>
    public Func<FakeModelCall, FakeModelReply> Reply { get; set; } = _ => FakeModelReply.Answer("An answer.");

    /// <summary>For <c>Model:Endpoint</c> with the provider <c>OpenAI</c>.</summary>
    public Uri OpenAIEndpoint => new(AzureEndpoint, "v1");

    /// <summary>For <c>Model:Endpoint</c> with the provider <c>AzureOpenAI</c>.</summary>
    public Uri AzureEndpoint =>
        new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    /// <summary>The calls so far.</summary>
    public IReadOnlyList<FakeModelCall> Calls => [.. _calls];

    /// <summary>Starts it on a free port of the loopback address.</summary>
    public static async Task<ModelEndpoint> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var server = new ModelEndpoint(app);
        app.Run(server.HandleAsync);
        await app.StartAsync(cancellationToken);
        return server;
    }

    /// <summary>Completes when so many calls have come.</summary>
    public Task WaitForCallsAsync(int calls)
    {
        lock (_gate)
        {
            if (_count >= calls)
            {
                return Task.CompletedTask;
            }

            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((calls, reached));
            return reached.Task;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _app.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        if (!HttpMethods.IsPost(context.Request.Method)
            || context.Request.Path.Value?.EndsWith("/chat/completions", StringComparison.Ordinal) != true)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        var headers = context.Request.Headers;
        var key = headers.Authorization.Count > 0 ? headers.Authorization.ToString() : headers["api-key"].ToString();
        var reply = Reply(Count(context.Request.Path, key, body));
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping.Token);
        try
        {
            await reply.After.WaitAsync(gone.Token);
            await SendAsync(context, reply, gone.Token);
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            context.Abort();
        }
    }

    private static async Task SendAsync(HttpContext context, FakeModelReply reply, CancellationToken gone)
    {
        switch (reply.Action)
        {
            case FakeModelAction.Hang:
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, gone);
                break;
            case FakeModelAction.Cut:
                context.Abort();
                break;
            case FakeModelAction.CutMidway:
                context.Response.ContentType = "application/json";
                context.Response.ContentLength = reply.Body.Length;
                await context.Response.WriteAsync(reply.Body[..(reply.Body.Length / 2)], gone);
                await context.Response.Body.FlushAsync(gone);
                context.Abort();
                break;
            default:
                context.Response.StatusCode = reply.Status;
                context.Response.ContentType = "application/json";
                foreach (var (name, value) in reply.Headers)
                {
                    context.Response.Headers[name] = value;
                }

                await context.Response.WriteAsync(reply.Body, gone);
                break;
        }
    }

    private FakeModelCall Count(string path, string authorization, string body)
    {
        lock (_gate)
        {
            var call = new FakeModelCall(++_count, path, authorization, body);
            _calls.Enqueue(call);
            foreach (var (_, reached) in _waiting.Where(waiting => waiting.Calls <= _count))
            {
                reached.TrySetResult();
            }

            return call;
        }
    }
}
