using Hybrid.Inference.Folders;

namespace Hybrid.Inference.Tests.Folders;

public sealed class ModelFolderExceptionTests
{
    [Fact]
    public void Message_AllParts_NamesFileProblemAndRemedy()
    {
        var exception = new ModelFolderException("genai_config.json", "model.vocab_size is missing", "Download the folder again.");

        Assert.Equal("genai_config.json: model.vocab_size is missing. Download the folder again.", exception.Message);
    }
}
