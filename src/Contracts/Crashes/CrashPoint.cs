using System.Diagnostics;
using System.Globalization;

namespace Hybrid.Contracts.Crashes;

/// <summary>
/// A named place where a test may have a process die. Costs one comparison with null unless <see cref="Variable"/> names a place; then the
/// process kills itself there, as a power cut would: nothing is unwound, flushed or given back.
/// </summary>
/// <remarks>
/// It lives here because every room of both programs passes such places and this is the one assembly all of them may name. Thread safe.
/// </remarks>
public static class CrashPoint
{
    /// <summary>The environment variable: a name of one of the catalogues, or <c>name:3</c> for the third time it is passed.</summary>
    public const string Variable = "HYBRID_CRASH_AT";

    private static readonly CrashTarget? Target = CrashTarget.Read(Environment.GetEnvironmentVariable(Variable));

    /// <summary>Passes a place.</summary>
    /// <param name="name">From one of the catalogues, <see cref="EdgeCrashPoints"/>, <see cref="CloudCrashPoints"/> or <see cref="SharedCrashPoints"/>.</param>
    public static void Hit(string name) => Target?.Pass(name);

    private sealed class CrashTarget(string name, int times)
    {
        private int _left = times;

        public static CrashTarget? Read(string? value)
        {
            if (string.IsNullOrEmpty(value))
            {
                return null;
            }

            var parts = value.Split(':');
            return new CrashTarget(parts[0], parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 1);
        }

        public void Pass(string passed)
        {
            if (passed == name && Interlocked.Decrement(ref _left) == 0)
            {
                // SIGKILL, which no handler sees.
                Process.GetCurrentProcess().Kill();
            }
        }
    }
}
