using System.Reflection;
using System.Text.Json;

namespace Hybrid.StarterModels.Corpus;

/// <summary>The field assistant's world as <c>domain.json</c> tells it: words, wordings, the mix, the size of the long tail.</summary>
/// <remarks>
/// <see cref="WorldSeed"/> decides the facts and what is held out. It is not the seed of a run: every run learns the same world.
/// <see cref="Mix"/> gives each task's weight in training, <see cref="Evaluation"/> its number of prompts in <c>eval.jsonl</c>.
/// </remarks>
internal sealed record Domain(
    ulong WorldSeed,
    IReadOnlyDictionary<string, double> Mix,
    IReadOnlyDictionary<string, int> Evaluation,
    IReadOnlyList<string> SystemTexts,
    ChatText Chat,
    ForeignText Ood,
    IReadOnlyList<string> AlarmTemplates,
    IReadOnlyList<string> PartTemplates,
    GaugeText Gauges,
    IReadOnlyList<string> LimitTemplates,
    IReadOnlyList<string> DeltaTemplates,
    TriageText Triage,
    IReadOnlyList<string> CommonAlarms,
    RareAlarmText RareAlarms,
    PartText Parts)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Reads the <c>domain.json</c> compiled into the tool.</summary>
    public static Domain Load()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("domain.json")
            ?? throw new InvalidOperationException("domain.json is not embedded; the project file must list it as EmbeddedResource.");
        return JsonSerializer.Deserialize<Domain>(stream, Json)
            ?? throw new InvalidOperationException("domain.json holds null.");
    }
}
