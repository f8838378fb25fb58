using Hybrid.Inference;
using Hybrid.Inference.Answers;
using Microsoft.Extensions.AI;

namespace Hybrid.StarterModels.Evaluation;

/// <summary>A model folder as the product runs it: through <c>src/Inference</c>, greedy.</summary>
internal sealed class AnsweringModel : IDisposable
{
    private readonly LocalModel _model;
    private readonly LocalChatClient _client;

    public AnsweringModel(string folder, TimeProvider time, CancellationToken cancellationToken)
    {
        _model = LocalModel.Load(new LocalModelOptions { Path = folder }, time, cancellationToken);
        _client = new LocalChatClient(_model, time);
    }

    public async Task<ModelAnswer> AskAsync(string prompt, CancellationToken cancellationToken)
    {
        var response = await _client.GetResponseAsync(
            [new ChatMessage(ChatRole.User, prompt)], new ChatOptions { Temperature = 0 }, cancellationToken);
        var summary = AnswerSummary.Of(response);
        return new ModelAnswer(response.Text, summary?.Confidence?.Mean ?? double.NegativeInfinity);
    }

    public void Dispose()
    {
        _client.Dispose();
        _model.Dispose();
    }
}
