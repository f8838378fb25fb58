namespace Hybrid.LocalStack.Stack;

/// <summary>Lines of all programs on one writer, each with its program's name. Thread safe.</summary>
internal sealed class StackLog(TextWriter writer)
{
    private const int NameWidth = 7;

    private readonly Lock _gate = new();

    /// <summary>Takes a program's lines.</summary>
    public Action<string> For(string name) => line => Write(name, line);

    public void Write(string name, string line)
    {
        lock (_gate)
        {
            try
            {
                writer.WriteLine($"{name.PadRight(NameWidth)} | {line}");
                writer.Flush();
            }
            catch (ObjectDisposedException)
            {
                // A last word of a program that has ended, after the log has been closed.
            }
        }
    }
}
