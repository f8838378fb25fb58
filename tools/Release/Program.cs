using System.CommandLine;
using Hybrid.Release;

var folder = new Argument<DirectoryInfo>("folder") { Description = "What 'dotnet publish src/CloudFunctions -p:Deploy=true' wrote." };
var zipFile = new Argument<FileInfo>("file") { Description = "The package to write." };
var zip = new Command("zip", "Packs the published functions for Azure, with the executable bit of the handler.") { folder, zipFile };
zip.SetAction(result => Report.Run(() => FunctionsPackage.Write(result.GetRequiredValue(folder), result.GetRequiredValue(zipFile))));

var assets = new Argument<FileInfo>("assets") { Description = "The project.assets.json of a restored project." };
var version = new Argument<string>("version") { Description = "The version that is released, as 1.2.0." };
var billFile = new Argument<FileInfo>("file") { Description = "The bill of materials to write (CycloneDX 1.6, JSON)." };
var sbom = new Command("sbom", "Lists the packages a program is made of.") { assets, version, billFile };
sbom.SetAction(result => Report.Run(
    () => BillOfMaterials.Write(result.GetRequiredValue(assets), result.GetRequiredValue(version), result.GetRequiredValue(billFile))));

var files = new Argument<DirectoryInfo>("folder") { Description = "The files of a release." };
var checksums = new Command("checksums", "Writes SHA256SUMS over the files of a folder.") { files };
checksums.SetAction(result => Report.Run(() => Checksums.Write(result.GetRequiredValue(files))));

return await new RootCommand("Makes what a release and a deployment consist of.") { zip, sbom, checksums }.Parse(args).InvokeAsync();
