using Hybrid.StarterModels.Corpus;
using Hybrid.StarterModels.Tokenizing;

namespace Hybrid.StarterModels.Tests.Tokenizing;

public sealed class TokenFileWriterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("starter-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Write_TwoTurns_LearnsOnlyTheAnswers()
    {
        var tokenizer = BytePairTrainer.Train(["ab"], 261);
        using (var writer = new TokenFileWriter(_folder, "train", tokenizer, ["chat", "part"]))
        {
            writer.Write(new Conversation("s", [new Sample("chat", "i", "w", "ab", "c"), new Sample("part", "i", "w", "d", "")]));
            writer.Write(new Conversation(null, [new Sample("chat", "i", "w", "e", "f")]));
        }

        var bytes = File.ReadAllBytes(Path.Combine(_folder, "train.ids"));
        var ids = Enumerable.Range(0, bytes.Length / 2).Select(i => bytes[2 * i] | (bytes[(2 * i) + 1] << 8)).ToArray();
        int Id(string token) => tokenizer.IdOf(token);
        int[] expected =
        [
            Id("<|system|>"), Id("s"), Id("<|end|>"),
            Id("<|user|>"), Id("a"), Id("b"), Id("<|end|>"), Id("<|assistant|>"), Id("c"), Id("<|end|>"),
            Id("<|user|>"), Id("d"), Id("<|end|>"), Id("<|assistant|>"), Id("<|end|>"),
            Id("<|user|>"), Id("e"), Id("<|end|>"), Id("<|assistant|>"), Id("f"), Id("<|end|>"),
        ];
        Assert.Equal(expected, ids);
        byte[] learned = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1];
        Assert.Equal(learned, File.ReadAllBytes(Path.Combine(_folder, "train.loss")));
        Assert.Equal([15, 0, 0, 0, 21, 0, 0, 0], File.ReadAllBytes(Path.Combine(_folder, "train.ends")));
        Assert.Equal([1, 0], File.ReadAllBytes(Path.Combine(_folder, "train.tasks")));
    }
}
