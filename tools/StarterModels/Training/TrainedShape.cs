using Hybrid.ModelWriter;

namespace Hybrid.StarterModels.Training;

/// <summary>The shape in <c>training.json</c>, with the vocabulary the trainer saw.</summary>
internal sealed record TrainedShape(
    int Hidden, int Layers, int Heads, int KvHeads, int Intermediate, bool Tied, int Context, int Vocabulary)
{
    public ModelShape ToModelShape() => new()
    {
        HiddenSize = Hidden,
        Layers = Layers,
        Heads = Heads,
        KeyValueHeads = KvHeads,
        HeadSize = Hidden / Heads,
        FeedForwardSize = Intermediate,
        VocabularySize = Vocabulary,
        ContextLength = Context,
        TiedEmbeddings = Tied,
    };
}
