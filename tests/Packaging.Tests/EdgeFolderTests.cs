using System.Buffers.Binary;

namespace Hybrid.Packaging.Tests;

/// <summary>The folders for devices.</summary>
public sealed class EdgeFolderTests
{
    private const ushort X64 = 0x3E;
    private const ushort Arm64 = 0xB7;
    private const ushort WindowsX64 = 0x8664;

    [Theory]
    [InlineData("linux-x64", X64)]
    [InlineData("linux-x64-aot", X64)]
    [InlineData("linux-arm64", Arm64)]
    public void Published_ForLinux_IsOneProgramOfThatProcessor(string platform, ushort machine)
    {
        var folder = Published.Path($"edge-{platform}");

        // ELF header (elf(5)): the magic, 64 bits, little-endian; e_machine at 18.
        foreach (var file in new[] { "hybrid-edge", "libonnxruntime.so", "libe_sqlite3.so" })
        {
            var head = Head(Path.Combine(folder, file));
            Assert.Equal([0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1], head[..6]);
            Assert.Equal(machine, BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(18)));
        }

        Assert.Empty(Directory.EnumerateFiles(folder, "*.dll", SearchOption.AllDirectories));
        Assert.Equal(
            ["appsettings.json", "hybrid-edge.service", "install.sh", "uninstall.sh"],
            new[] { "appsettings.json", "hybrid-edge.service", "install.sh", "uninstall.sh" }.Where(file => File.Exists(Path.Combine(folder, file))));
        Assert.True(File.Exists(Path.Combine(folder, "models/starter/small/genai_config.json")));
    }

    [Fact]
    public void Published_ForWindows_IsOneProgram()
    {
        var folder = Published.Path("edge-win-x64");

        foreach (var file in new[] { "hybrid-edge.exe", "onnxruntime.dll", "e_sqlite3.dll" })
        {
            // PE: 'MZ', the offset of 'PE\0\0' at 0x3C, the machine right after.
            var bytes = File.ReadAllBytes(Path.Combine(folder, file));
            var pe = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(0x3C));
            Assert.Equal("MZ"u8.ToArray(), bytes[..2]);
            Assert.Equal("PE\0\0"u8.ToArray(), bytes[pe..(pe + 4)]);
            Assert.Equal(WindowsX64, BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(pe + 4)));
        }

        Assert.DoesNotContain(
            Directory.EnumerateFiles(folder, "*.dll", SearchOption.AllDirectories).Select(Path.GetFileName),
            file => file!.StartsWith("Hybrid.", StringComparison.Ordinal) || file.StartsWith("System.", StringComparison.Ordinal)
                || file.StartsWith("Microsoft.", StringComparison.Ordinal));
        Assert.True(File.Exists(Path.Combine(folder, "install.ps1")) && File.Exists(Path.Combine(folder, "uninstall.ps1")));
        Assert.True(File.Exists(Path.Combine(folder, "models/starter/small/genai_config.json")));
    }

    [Theory]
    [InlineData("edge-linux-x64")]
    [InlineData("edge-linux-x64-aot")]
    public async Task Published_MachineWithoutDotNet_Answers(string folder)
    {
        var program = Device.Program(Published.Path(folder));
        using var data = new TemporaryFolder();

        var (code, output, errors) = await Child.RunAsync(
            program, ["ask", "What does alarm E-104 mean?", "--mode", "LocalOnly", "--data", data.Path], Device.Bare(data));

        Assert.True(code == 0, errors);
        Assert.NotEmpty(output);
    }

    [Theory]
    [InlineData("edge-linux-x64")]
    [InlineData("edge-linux-x64-aot")]
    public async Task Published_MachineWithoutDotNet_ServesIsHealthyAndStops(string folder)
    {
        var program = Device.Program(Published.Path(folder));
        using var data = new TemporaryFolder();
        string[] where = ["--data", data.Path];

        await using var device = Child.Start(program, ["serve", "--url", "http://127.0.0.1:0", .. where], Device.Bare(data));
        await device.SaidAsync(" listens on ");
        var health = await Child.RunAsync(program, ["health", .. where], Device.Bare(data));
        await device.TerminateAsync();
        var code = await device.EndAsync();
        var after = await Child.RunAsync(program, ["health", .. where], Device.Bare(data));

        Assert.Equal((0, "ready", 0, 1), (health.ExitCode, health.Output, code, after.ExitCode));
    }

    [Fact]
    public async Task PublishedAsMachineCode_MemoryNeverWritableAndExecutable_Answers()
    {
        var folder = Published.Path("edge-linux-x64-aot");
        var program = Device.Program(folder);
        using var data = new TemporaryFolder();
        Assert.True(File.Exists(Path.Combine(folder, "machine-code.conf")));
        Assert.False(File.Exists(Path.Combine(Published.Path("edge-linux-x64"), "machine-code.conf")));

        // What MemoryDenyWriteExecute of machine-code.conf asks of the kernel; exec keeps it.
        const string Seal = "import ctypes, os, sys; assert ctypes.CDLL(None).prctl(65, 1, 0, 0, 0) == 0; os.execv(sys.argv[1], sys.argv[1:])";
        var sealedOff = await Child.RunAsync("python3", ["-c", Seal, "/bin/true"]);
        Assert.SkipUnless(sealedOff.ExitCode == 0, "The kernel has no PR_SET_MDWE (Linux 6.3).");
        var (code, output, errors) = await Child.RunAsync(
            "python3", ["-c", Seal, program, "ask", "What does alarm E-104 mean?", "--mode", "LocalOnly", "--data", data.Path]);

        Assert.True(code == 0, errors);
        Assert.NotEmpty(output);
    }

    private static byte[] Head(string file)
    {
        using var stream = File.OpenRead(file);
        var head = new byte[64];
        stream.ReadExactly(head);
        return head;
    }
}
