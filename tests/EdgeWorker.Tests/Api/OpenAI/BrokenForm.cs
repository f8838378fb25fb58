using System.Text;
using Hybrid.Contracts;
using Hybrid.EdgeWorker.Api;
using Hybrid.EdgeWorker.Api.OpenAI;

namespace Hybrid.EdgeWorker.Tests.Api.OpenAI;

/// <summary>A shape with an error nobody foresaw, which shows only once the stream has begun.</summary>
internal sealed class BrokenForm : IAnswerForm
{
    public byte[] Plain(CallNote call, CallAnswer answer) => throw new NotSupportedException();

    public IEnumerable<StreamEvent> Begin(CallNote call) => [new StreamEvent("begin"u8.ToArray())];

    public IEnumerable<StreamEvent> Piece(CallNote call, string text, IReadOnlyList<TokenProbability>? tokens) => throw new InvalidDataException("SECRET");

    public IEnumerable<StreamEvent> End(CallNote call, CallAnswer answer) => throw new InvalidDataException("SECRET");

    public IEnumerable<StreamEvent> Fail(CallNote call, CallFailure failure) =>
        [new StreamEvent(Encoding.UTF8.GetBytes($"fail {failure.Status} {failure.Error.Message}"))];
}
