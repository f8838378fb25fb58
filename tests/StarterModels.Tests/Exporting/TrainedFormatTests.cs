using Hybrid.Inference.Chat;
using Hybrid.Inference.Folders;
using Hybrid.Inference.Tokenization;
using Hybrid.StarterModels.Corpus;
using Hybrid.StarterModels.Tokenizing;

namespace Hybrid.StarterModels.Tests.Exporting;

/// <summary>The models must meet at run time exactly the tokens they were trained on.</summary>
public sealed class TrainedFormatTests
{
    [Fact]
    public void Tokenizer_ReadByTheProduct_GivesTheTrainersTokens()
    {
        using var run = new TinyRun();
        var product = ModelTokenizer.Load(run.Export());
        var trainer = BytePairTrainer.Train(["the pump leaks", "the pump reads 82"], TinyRun.Shape.Vocabulary);
        var stream = new TrainingStream(Domain.Load(), seed: 4);

        var texts = Enumerable.Range(0, 500).SelectMany(_ => stream.Next().Turns).SelectMany(turn => new[] { turn.Prompt, turn.Answer })
            .Append("  Größe: 82 °C,\n\tnaïve 日本 'll 12 34  ");

        Assert.All(texts, text => Assert.Equal(trainer.Encode(text), product.Encode(text)));
    }

    [Fact]
    public void Conversation_LaidOutByTheProduct_IsTheTrainersSequence()
    {
        using var run = new TinyRun();
        var folder = run.Export();
        var product = ModelTokenizer.Load(folder);
        var format = ChatFormat.Recognise(ModelFolder.Open(folder, TestContext.Current.CancellationToken), null, TimeProvider.System);
        var trainer = BytePairTrainer.Train(["the pump leaks", "the pump reads 82"], TinyRun.Shape.Vocabulary);
        using (var writer = new TokenFileWriter(run.Folder, "train", trainer, ["chat"]))
        {
            Sample[] turns = [new("chat", "i", "w", "the pump?", "it leaks"), new("chat", "i", "w", "reads 82?", "no")];
            writer.Write(new Conversation("be short", turns));
        }

        var prompt = product.Encode(format.Render(
        [
            new ChatTurn(ChatRoleKind.System, "be short"), new ChatTurn(ChatRoleKind.User, "the pump?"),
            new ChatTurn(ChatRoleKind.Assistant, "it leaks"), new ChatTurn(ChatRoleKind.User, "reads 82?"),
        ]));

        var bytes = File.ReadAllBytes(Path.Combine(run.Folder, "train.ids"));
        var trained = Enumerable.Range(0, bytes.Length / 2).Select(i => bytes[2 * i] | (bytes[(2 * i) + 1] << 8)).ToList();
        var answer = product.Encode("no").Count + 1;
        Assert.Equal(trained[..^answer], prompt);
    }
}
