using Microsoft.Win32.SafeHandles;

namespace Hybrid.Inference.Folders;

/// <summary>One file of a model folder; every failure to read it becomes a <see cref="ModelFolderException"/>.</summary>
internal sealed class FolderFile(string folder, string name)
{
    public const string DownloadAgain = "Download the model folder again, complete and as published.";

    private static ReadOnlySpan<byte> LfsMarker => "version https://git-lfs.github.com/spec/v1"u8;

    /// <summary>The name as the user would give it.</summary>
    public string Name => name;

    public string FullPath { get; } = Path.Combine(folder, name);

    public bool Exists => File.Exists(FullPath);

    /// <summary>Whether <paramref name="name"/> is a bare file name that cannot lead out of its folder.</summary>
    public static bool IsPlainName(string name) =>
        name.Length > 0 && name is not ("." or "..") && name.AsSpan().IndexOfAny("/\\:\0") < 0;

    public ModelFolderException Refuse(string problem, string remedy, Exception? cause = null) => new(Name, problem, remedy, cause);

    public ModelFolderException Missing(string remedy) => Refuse($"is missing in {folder}", remedy);

    /// <summary>Opens the file for reading after making sure that it holds content and not a Git LFS pointer.</summary>
    public SafeFileHandle Open(out long length)
    {
        SafeFileHandle? handle = null;
        try
        {
            handle = File.OpenHandle(FullPath, FileMode.Open, FileAccess.Read, FileShare.Read);
            length = RandomAccess.GetLength(handle);
            Span<byte> head = stackalloc byte[LfsMarker.Length];
            if (RandomAccess.Read(handle, head, 0) == head.Length && head.SequenceEqual(LfsMarker))
            {
                throw Refuse("is a Git LFS pointer, not the file itself", "Run 'git lfs pull' in the folder, or download the file itself.");
            }

            var opened = handle;
            handle = null;
            return opened;
        }
        catch (Exception exception) when (IsFileProblem(exception))
        {
            throw Unreadable(exception);
        }
        finally
        {
            handle?.Dispose();
        }
    }

    /// <summary>Reads the whole file; <paramref name="maximum"/> bounds what a hostile folder can make us hold.</summary>
    public byte[] ReadAll(int maximum)
    {
        using var handle = Open(out var length);
        if (length > maximum)
        {
            throw Refuse($"has {length} bytes; at most {maximum} are expected of it", DownloadAgain);
        }

        var bytes = new byte[length];
        var count = Read(handle, bytes, 0);
        return count == bytes.Length ? bytes : bytes[..count];
    }

    /// <summary>Reads until the buffer is full or the file ends.</summary>
    public int Read(SafeFileHandle handle, Span<byte> buffer, long offset)
    {
        try
        {
            var total = 0;
            while (total < buffer.Length)
            {
                var count = RandomAccess.Read(handle, buffer[total..], offset + total);
                if (count == 0)
                {
                    break;
                }

                total += count;
            }

            return total;
        }
        catch (Exception exception) when (IsFileProblem(exception))
        {
            throw Unreadable(exception);
        }
    }

    /// <summary>Whether the exception is one that opening, reading or listing files throws.</summary>
    public static bool IsFileProblem(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException or System.Security.SecurityException;

    private ModelFolderException Unreadable(Exception exception) =>
        Refuse($"cannot be read ({exception.Message.TrimEnd('.')})", "Make the file readable for the account that runs Hybrid.", exception);
}
