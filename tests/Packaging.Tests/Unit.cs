namespace Hybrid.Packaging.Tests;

/// <summary>A folder as the edge worker is published in it, without the edge worker: what concerns the service alone needs no minutes.</summary>
internal static class Unit
{
    public static void PutFolder(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.EnumerateFiles(Repository.Path("packaging/systemd")))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        File.WriteAllText(Path.Combine(folder, "hybrid-edge"), "#!/bin/sh\n");
    }
}
