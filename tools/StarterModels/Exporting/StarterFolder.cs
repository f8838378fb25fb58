using System.Text.Json;
using Hybrid.ModelWriter;
using Hybrid.StarterModels.Tokenizing;
using Hybrid.StarterModels.Training;

namespace Hybrid.StarterModels.Exporting;

/// <summary>Writes trained weights as a model folder in the onnxruntime-genai layout.</summary>
internal static class StarterFolder
{
    /// <summary>Phi-4-mini's chat format: marker, text and end marker, without line breaks.</summary>
    private const string ChatTemplate =
        "{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% else %}{{ eos_token }}{% endif %}";

    /// <summary>Long enough for every answer; the models learned nothing longer.</summary>
    private const int MaxLength = 256;

    public static void Write(string folder, TrainedWeights weights, string tokenizerJson, CancellationToken cancellationToken) =>
        ModelFolderWriter.Write(
            folder, weights.Shape.ToModelShape(), weights, SideFilesFor(tokenizerJson), progress: null, cancellationToken);

    private static SideFiles SideFilesFor(string tokenizerJson)
    {
        using var json = JsonDocument.Parse(tokenizerJson);
        var vocabulary = json.RootElement.GetProperty("model").GetProperty("vocab");
        int Id(string token) => vocabulary.GetProperty(token).GetInt32();
        return new SideFiles
        {
            TokenizerJson = tokenizerJson,
            ChatTemplate = ChatTemplate,
            BosTokenId = Id(SpecialTokens.EndOfText),
            EosTokenIds = [Id(SpecialTokens.EndOfText), Id(SpecialTokens.End)],
            PadTokenId = Id(SpecialTokens.EndOfText),
            Search = new SearchDefaults { DoSample = false, TopK = 1, MaxLength = MaxLength },
        };
    }
}
