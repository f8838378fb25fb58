using System.Text;

namespace Hybrid.Inference.Tokenization.Decoders;

/// <summary>The file's <c>decoder</c> as a flat list of steps.</summary>
internal sealed class DecoderChain(IReadOnlyList<DecoderStep> steps)
{
    /// <summary>Starts a stream.</summary>
    /// <returns>Where tokens go in, and where text comes out.</returns>
    public (DecoderStage Entry, CollectStage Exit) Start()
    {
        var fused = new bool[steps.Count];
        for (var i = 1; i < steps.Count; i++)
        {
            fused[i] = fused[i - 1] || steps[i - 1].Fuses;
        }

        var exit = new CollectStage();
        DecoderStage entry = exit;
        for (var i = steps.Count - 1; i >= 0; i--)
        {
            entry = steps[i].Start(entry, fused[i]);
        }

        return (entry, exit);
    }

    /// <summary>The bytes that a token stands for in the middle of a text.</summary>
    public byte[] Bytes(string token)
    {
        foreach (var step in steps)
        {
            if (step.Bytes(token) is { } bytes)
            {
                return bytes;
            }

            token = step.Rewrite(token);
        }

        return Encoding.UTF8.GetBytes(token);
    }
}
