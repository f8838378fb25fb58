using Hybrid.FleetSimulation;

if (args is ["--help" or "-h"] || args.Length > 1)
{
    Console.Error.WriteLine("Usage: FleetSimulation [FOLDER]\nWrites the plots of docs/scale.md into FOLDER (default docs), and prints its tables.");
    return args.Length > 1 ? 2 : 0;
}

var folder = Directory.CreateDirectory(args is [var given] ? given : "docs");
foreach (var (name, svg) in ScalePage.Plots())
{
    File.WriteAllText(Path.Combine(folder.FullName, name), svg);
    Console.Error.WriteLine($"wrote {Path.Combine(folder.FullName, name)}");
}

Console.Write(ScalePage.DemandTable());
Console.WriteLine();
Console.Write(ScalePage.HeadroomTable());
return 0;
