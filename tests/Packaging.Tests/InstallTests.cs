using System.Text.Json.Nodes;

namespace Hybrid.Packaging.Tests;

/// <summary>The install and uninstall scripts for systemd, on the root of another system.</summary>
public sealed class InstallTests : IDisposable
{
    private readonly TemporaryFolder _root = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Data => _root.File("var/lib/hybrid-edge");

    private string Program => _root.File("opt/hybrid-edge/hybrid-edge");

    private string Settings => _root.File("etc/hybrid-edge/hybrid-edge.env");

    [Fact]
    public async Task Install_Twice_KeepsJournalAndSettingsAndReplacesTheProgram()
    {
        var folder = Published.Path("edge-linux-x64");
        Device.Program(folder);
        await InstallAsync(folder);
        Directory.CreateDirectory(Data);
        var asked = await RunAsync("ask", "What does alarm E-104 mean?", "--mode", "LocalOnly");
        await File.AppendAllTextAsync(Settings, "HYBRID__Device__Id=pump-7\n", Token);
        var (settings, journal) = (await File.ReadAllTextAsync(Settings, Token), await File.ReadAllBytesAsync(Path.Combine(Data, "journal.db"), Token));
        await File.WriteAllTextAsync(_root.File("opt/hybrid-edge/left-over.so"), "of an earlier version", Token);

        await InstallAsync(folder);
        var journalAfter = await File.ReadAllBytesAsync(Path.Combine(Data, "journal.db"), Token);
        var listed = await RunAsync("prompts", "list", "--json");

        Assert.Equal(0, asked.ExitCode);
        Assert.Equal(journal, journalAfter);
        Assert.Equal(settings, await File.ReadAllTextAsync(Settings, Token));
        Assert.False(File.Exists(_root.File("opt/hybrid-edge/left-over.so")));
        Assert.False(Directory.Exists(_root.File("opt/hybrid-edge.old")) || Directory.Exists(_root.File("opt/hybrid-edge.new")));
        Assert.True(listed.ExitCode == 0, listed.Errors);
        Assert.Equal("answered", (string?)Assert.Single(JsonNode.Parse(listed.Output)!["prompts"]!.AsArray())!["state"]);
    }

    [Fact]
    public async Task Install_FilesAndRights_AreWhatTheUnitNames()
    {
        await InstallAsync(Standing());

        var unit = await File.ReadAllLinesAsync(_root.File("etc/systemd/system/hybrid-edge.service"), Token);
        Assert.StartsWith($"ExecStart={Program[_root.Path.Length..]} ", unit.Single(line => line.StartsWith("ExecStart=", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains($"EnvironmentFile=-{Settings[_root.Path.Length..]}", unit);
        if (!OperatingSystem.IsWindows())
        {
            Assert.True(File.GetUnixFileMode(Program).HasFlag(UnixFileMode.OtherExecute));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Settings));
        }
    }

    [Fact]
    public async Task Install_MachineCodeThenNot_SealsMemoryOnlyForTheFirst()
    {
        var (folder, sealing) = (Standing(), _root.File("etc/systemd/system/hybrid-edge.service.d/machine-code.conf"));
        var own = Path.Combine(folder, "machine-code.conf");
        File.Copy(Repository.Path("packaging/systemd/aot/machine-code.conf"), own);
        await InstallAsync(folder);
        var first = await File.ReadAllLinesAsync(sealing, Token);
        File.Delete(own);

        await InstallAsync(folder);

        Assert.Contains("MemoryDenyWriteExecute=yes", first);
        Assert.False(File.Exists(sealing));
    }

    [Fact]
    public async Task Install_WithoutProgram_ChangesNothing()
    {
        using var empty = new TemporaryFolder();
        File.Copy(Repository.Path("packaging/systemd/install.sh"), empty.File("install.sh"));

        var (code, _, errors) = await ScriptAsync(empty.File("install.sh"));

        Assert.Equal(1, code);
        Assert.Contains("has no hybrid-edge", errors, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_root.Path));
    }

    [Fact]
    public async Task Uninstall_KeepsDataAndSettingsUnlessPurged()
    {
        await InstallAsync(Standing());
        Directory.CreateDirectory(Data);
        await File.WriteAllTextAsync(Path.Combine(Data, "journal.db"), "data", Token);

        var first = await ScriptAsync(_root.File("opt/hybrid-edge/uninstall.sh"));
        var kept = (Directory.Exists(_root.File("opt/hybrid-edge")), File.Exists(_root.File("etc/systemd/system/hybrid-edge.service")),
            File.Exists(Path.Combine(Data, "journal.db")), File.Exists(Settings));
        var second = await ScriptAsync(Repository.Path("packaging/systemd/uninstall.sh"), "--purge");

        Assert.Equal((0, 0), (first.ExitCode, second.ExitCode));
        Assert.Equal((false, false, true, true), kept);
        Assert.False(Directory.Exists(Data) || File.Exists(Settings));
    }

    [Fact]
    public async Task Uninstall_UnknownArgument_Exits2AndRemovesNothing()
    {
        await InstallAsync(Standing());

        var (code, _, _) = await ScriptAsync(_root.File("opt/hybrid-edge/uninstall.sh"), "--pruge");

        Assert.Equal(2, code);
        Assert.True(File.Exists(Program));
    }

    public void Dispose() => _root.Dispose();

    /// <summary>A folder as it is published, with a script for the program.</summary>
    private string Standing()
    {
        var folder = _root.File("from");
        Unit.PutFolder(folder);
        return folder;
    }

    private async Task InstallAsync(string folder)
    {
        var (code, _, errors) = await ScriptAsync(Path.Combine(folder, "install.sh"));
        Assert.True(code == 0, errors);
    }

    private Task<(int ExitCode, string Output, string Errors)> ScriptAsync(string script, params string[] arguments) =>
        Child.RunAsync("bash", [script, .. arguments], null, ("DESTDIR", _root.Path));

    private Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments) =>
        Child.RunAsync(Program, [.. arguments, "--data", Data], Device.Bare(_root));
}
