using System.Globalization;
using System.Text.RegularExpressions;

namespace Hybrid.Packaging.Tests;

/// <summary>The systemd unit, by systemd's own checks.</summary>
public sealed partial class UnitTests(ITestOutputHelper output) : IDisposable
{
    private const string Name = "hybrid-edge.service";

    /// <summary>0 is closed, 10 is open; systemd itself calls anything above 5 medium and worse.</summary>
    private const double MostExposed = 2.0;

    private readonly TemporaryFolder _root = new();

    [Fact]
    public async Task Unit_Verify_FindsNothing()
    {
        await InstallAsync();

        var (code, found) = await VerifyAsync();

        Assert.Empty(found);
        Assert.Equal(0, code);
    }

    [Theory]
    [InlineData("NoNewPrivileges=yes", "NoNewPrivilegs=yes")]
    [InlineData("ExecStart=/opt/hybrid-edge/hybrid-edge", "ExecStart=/opt/hybrid/hybrid-edge")]
    public async Task Unit_VerifyWithAMistake_FindsIt(string right, string wrong)
    {
        await InstallAsync();
        var file = _root.File($"etc/systemd/system/{Name}");
        var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.Contains(right, text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, text.Replace(right, wrong, StringComparison.Ordinal), TestContext.Current.CancellationToken);

        Assert.NotEmpty((await VerifyAsync()).Found);
    }

    [Fact]
    public async Task Unit_Security_IsClosed()
    {
        await InstallAsync();

        var (_, said, errors) = await Child.RunAsync(
            "systemd-analyze", ["security", "--offline=true", "--no-pager", _root.File($"etc/systemd/system/{Name}")]);

        var score = Score().Match(said);
        Assert.True(score.Success, errors);
        output.WriteLine(score.Value);
        Assert.InRange(double.Parse(score.Groups["score"].Value, CultureInfo.InvariantCulture), 0, MostExposed);
    }

    [Fact]
    public async Task Unit_Promises_AreKept()
    {
        var lines = await File.ReadAllLinesAsync(Repository.Path($"packaging/systemd/{Name}"), TestContext.Current.CancellationToken);

        string[] promises =
        [
            "Type=notify", "WatchdogSec=2min", "Restart=on-failure", "RestartPreventExitStatus=2", "DynamicUser=yes", "StateDirectory=hybrid-edge",
            "StateDirectoryMode=0700", "ProtectSystem=strict", "ProtectHome=yes", "NoNewPrivileges=yes", "CapabilityBoundingSet=",
            "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK", "SystemCallFilter=@system-service",
        ];
        Assert.Empty(promises.Except(lines));
    }

    public void Dispose() => _root.Dispose();

    /// <summary>What systemd finds wrong with this unit; a key it does not know is said, but does not change the exit code.</summary>
    private async Task<(int ExitCode, List<string> Found)> VerifyAsync()
    {
        var (code, _, errors) = await Child.RunAsync("systemd-analyze", [$"--root={_root.Path}", "verify", Name]);
        return (code, [.. errors.Split('\n').Where(line => line.Contains(Name, StringComparison.Ordinal))]);
    }

    /// <summary>The unit in the root of a system that has systemd's own units and nothing else.</summary>
    private async Task InstallAsync()
    {
        const string Own = "/lib/systemd/system";
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze") && Directory.Exists(Own), "systemd-analyze is missing; on Debian: apt-get install systemd.");
        var copied = await Child.RunAsync("cp", ["-R", $"{Own}/.", Directory.CreateDirectory(_root.File("lib/systemd/system")).FullName]);
        var folder = _root.File("from");
        Unit.PutFolder(folder);
        var installed = await Child.RunAsync("bash", [Path.Combine(folder, "install.sh")], null, ("DESTDIR", _root.Path));
        Assert.True(installed.ExitCode == 0, installed.Errors);
        Assert.True(File.Exists(_root.File("lib/systemd/system/sysinit.target")), copied.Errors);
    }

    [GeneratedRegex("Overall exposure level for hybrid-edge.service: (?<score>[0-9.]+)[^\n]*")]
    private static partial Regex Score();
}
