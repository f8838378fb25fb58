using System.Globalization;

namespace Hybrid.LocalStack.Demo;

/// <summary>
/// A line that counts, with rate and time left; on a terminal it is rewritten, elsewhere a new one comes for every tenth. Thread safe.
/// </summary>
internal sealed class DemoProgress(TextWriter writer, bool isTerminal, string what, int total)
{
    private readonly Lock _gate = new();
    private readonly long _start = TimeProvider.System.GetTimestamp();
    private int _done;
    private int _shown;

    public void Step()
    {
        lock (_gate)
        {
            _done++;
            if (isTerminal || _done == total || (_done - _shown) * 10 >= total)
            {
                _shown = _done;
                var rate = _done / Math.Max(0.001, TimeProvider.System.GetElapsedTime(_start).TotalSeconds);
                var line = string.Create(
                    CultureInfo.InvariantCulture, $"{what}: {_done} of {total}, {rate:F1}/s, {(total - _done) / rate:F0} s left");
                writer.Write(isTerminal ? $"\r{line.PadRight(60)}" : line + Environment.NewLine);
                writer.Flush();
            }
        }
    }

    public void End()
    {
        if (isTerminal)
        {
            writer.WriteLine();
        }
    }
}
