using System.Runtime.InteropServices;

namespace Hybrid.Inference.Decoding;

/// <summary>Zeroed native memory, aligned to a cache line.</summary>
/// <remarks>
/// Zeroed by the allocator, so the system commits a page only when it is written: a buffer's untouched tail costs nothing.
/// The holder disposes it; a finalizer is not needed because every owner is disposed with the model.
/// </remarks>
internal sealed unsafe class NativeBuffer : IDisposable
{
    private const int Alignment = 64;

    private void* _block;

    /// <exception cref="OutOfMemoryException">The system refuses the memory.</exception>
    public NativeBuffer(long bytes)
    {
        _block = NativeMemory.AllocZeroed(checked((nuint)(bytes + Alignment)));
        Address = (nint)(((nuint)_block + Alignment - 1) & ~(nuint)(Alignment - 1));
        Bytes = bytes;
    }

    /// <summary>Where the memory begins.</summary>
    public nint Address { get; }

    /// <summary>The usable size.</summary>
    public long Bytes { get; }

    /// <summary>The memory as elements; for buffers below 2³¹ elements.</summary>
    public Span<T> AsSpan<T>()
        where T : unmanaged => new((void*)Address, checked((int)(Bytes / sizeof(T))));

    public void Dispose()
    {
        NativeMemory.Free(_block);
        _block = null;
    }
}
