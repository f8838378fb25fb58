using Hybrid.Inference.Decoding;
using Hybrid.Inference.Sampling;

namespace Hybrid.Inference.Tests.Models;

/// <summary>Keeps what a sequence generates.</summary>
internal sealed class Collector : ITokenSink
{
    private readonly TaskCompletionSource<SequenceEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public List<TokenChoice> Choices { get; } = [];

    public List<IReadOnlyList<TokenCandidate>?> Tops { get; } = [];

    public IEnumerable<int> Tokens => Choices.Select(choice => choice.Token);

    /// <summary>Called with each token on the decode loop's thread; false ends the sequence.</summary>
    public Func<int, bool>? OnEach { get; init; }

    public Task<SequenceEnd> End => _end.Task.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, TestContext.Current.CancellationToken);

    public bool OnToken(TokenChoice choice, IReadOnlyList<TokenCandidate>? top, bool isEnd)
    {
        Choices.Add(choice);
        Tops.Add(top);
        return OnEach?.Invoke(Choices.Count) ?? true;
    }

    public void OnEnd(SequenceEnd end) => _end.SetResult(end);
}
