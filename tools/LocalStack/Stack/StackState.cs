namespace Hybrid.LocalStack.Stack;

/// <summary>One run's state folder, held by this process alone.</summary>
internal sealed class StackState : IDisposable
{
    private readonly FileStream _lock;

    private StackState(string folder, FileStream held)
    {
        Folder = folder;
        _lock = held;
    }

    public string Folder { get; }

    /// <summary>Takes a folder.</summary>
    /// <param name="state">The folder of all state.</param>
    /// <param name="name">The run's own folder in it.</param>
    /// <param name="fresh">Whether what an earlier run left is deleted.</param>
    /// <exception cref="StackException">Another process has it.</exception>
    public static StackState Take(string state, string name, bool fresh)
    {
        Directory.CreateDirectory(state);
        var folder = Path.Combine(state, name);
        var held = Hold(LockOf(state, name));
        if (fresh && Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Directory.CreateDirectory(folder);
        return new StackState(folder, held);
    }

    /// <summary>Deletes what every run left, and nothing that others keep beside it.</summary>
    /// <exception cref="StackException">A stack is running on it.</exception>
    public static void Reset(string state)
    {
        if (!Directory.Exists(state))
        {
            return;
        }

        var files = Directory.GetFiles(state, LockOf("", "*"));
        var locks = files.Select(Hold).ToList();
        try
        {
            foreach (var folder in files.Select(file => Path.ChangeExtension(file, null)).Where(Directory.Exists))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        finally
        {
            locks.ForEach(held => held.Dispose());
        }

        Array.ForEach(files, File.Delete);
        if (!Directory.EnumerateFileSystemEntries(state).Any())
        {
            Directory.Delete(state);
        }
    }

    public void Dispose() => _lock.Dispose();

    private static string LockOf(string state, string name) => Path.Combine(state, $"{name}.lock");

    private static FileStream Hold(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (File.Exists(path))
        {
            throw new StackException(
                $"A local stack is running on '{Path.ChangeExtension(path, null)}'. Stop it first (Ctrl+C where it runs).", exception);
        }
    }
}
