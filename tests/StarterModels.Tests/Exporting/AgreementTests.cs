using System.Runtime.InteropServices;
using Hybrid.StarterModels.Exporting;

namespace Hybrid.StarterModels.Tests.Exporting;

public sealed class AgreementTests
{
    [Fact]
    public void Measure_SameNumbers_FindsNoDifference()
    {
        using var run = new TinyRun();
        using var graph = new ExportedGraph(run.Export());
        WriteReference(run, Reference(run, graph));

        var agreement = Agreement.Measure(graph, run.Folder, run.Folder);

        Assert.Equal(File.ReadAllBytes(Path.Combine(run.Folder, "test.loss")).Sum(flag => flag), agreement.Tokens);
        Assert.InRange(agreement.MaxDifference, 0, 1e-5);
        Assert.Equal(0, agreement.Disagreements);
    }

    [Fact]
    public void Measure_OneChoiceOff_IsCounted()
    {
        using var run = new TinyRun();
        using var graph = new ExportedGraph(run.Export());
        var reference = Reference(run, graph);
        var best = reference[0].Max();
        reference[0][7] = best + 1;
        WriteReference(run, reference);

        var agreement = Agreement.Measure(graph, run.Folder, run.Folder);

        Assert.Equal(1, agreement.Disagreements);
        Assert.True(agreement.MaxDifference >= 1);
    }

    [Fact]
    public void Measure_Tie_IsNoDisagreement()
    {
        using var run = new TinyRun();
        using var graph = new ExportedGraph(run.Export());
        var reference = Reference(run, graph);
        reference[0][7] = reference[0].Max() + 1e-5f;
        WriteReference(run, reference);

        Assert.Equal(0, Agreement.Measure(graph, run.Folder, run.Folder).Disagreements);
    }

    /// <summary>What the trainer would write: log-probabilities at every answer token.</summary>
    private static List<float[]> Reference(TinyRun run, ExportedGraph graph)
    {
        var ids = MemoryMarshal.Cast<byte, ushort>(File.ReadAllBytes(Path.Combine(run.Folder, "test.ids"))).ToArray();
        var learned = File.ReadAllBytes(Path.Combine(run.Folder, "test.loss"));
        var ends = MemoryMarshal.Cast<byte, uint>(File.ReadAllBytes(Path.Combine(run.Folder, "test.ends"))).ToArray();
        var rows = new List<float[]>();
        var start = 0;
        foreach (var end in ends.Select(end => (int)end))
        {
            var logits = graph.Logits([.. ids[start..(end - 1)].Select(id => (long)id)]).Chunk(TinyRun.Shape.Vocabulary).ToArray();
            rows.AddRange(Enumerable.Range(start + 1, end - start - 1)
                .Where(position => learned[position] == 1)
                .Select(position => LogSoftmax(logits[position - 1 - start])));
            start = end;
        }

        return rows;
    }

    private static float[] LogSoftmax(float[] logits)
    {
        var shift = Math.Log(logits.Sum(logit => Math.Exp(logit)));
        return [.. logits.Select(logit => (float)(logit - shift))];
    }

    private static void WriteReference(TinyRun run, List<float[]> rows) =>
        File.WriteAllBytes(
            Path.Combine(run.Folder, "reference.bin"), MemoryMarshal.AsBytes(rows.SelectMany(row => row).ToArray().AsSpan()).ToArray());
}
