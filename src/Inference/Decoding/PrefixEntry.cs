namespace Hybrid.Inference.Decoding;

/// <summary>A remembered beginning: its tokens and their keys and values.</summary>
internal sealed class PrefixEntry(int[] tokens, bool longRope, NativeBuffer state) : IDisposable
{
    /// <summary>The tokens whose state is kept.</summary>
    public int[] Tokens => tokens;

    /// <summary>Whether the state was computed with the long rotary factors; the two kinds never mix.</summary>
    public bool LongRope => longRope;

    /// <summary>As <see cref="KvArena.Save"/> wrote it.</summary>
    public NativeBuffer State => state;

    public void Dispose() => state.Dispose();
}
