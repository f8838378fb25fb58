namespace Hybrid.Infra.Tests.Bicep;

/// <summary>A copy of the templates, to be changed. Deleted when disposed.</summary>
internal sealed class TemplateCopy : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hybrid-bicep-").FullName;

    public TemplateCopy()
    {
        foreach (var file in Directory.EnumerateFiles(Repository.Templates, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(_folder, Path.GetRelativePath(Repository.Templates, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    /// <summary>The path of a file of the copy.</summary>
    public string PathOf(string file) => Path.Combine(_folder, file);

    /// <summary>Changes one place of one file.</summary>
    /// <param name="file">The file, relative to the folder.</param>
    /// <param name="old">What stands there, exactly once.</param>
    /// <param name="replacement">What shall stand there.</param>
    public void Change(string file, string old, string replacement)
    {
        var text = File.ReadAllText(PathOf(file));
        Assert.True(text.Split(old).Length == 2, $"{file} must hold the following text exactly once; the mistake would not be made: {old}");
        File.WriteAllText(PathOf(file), text.Replace(old, replacement, StringComparison.Ordinal));
    }

    /// <summary>Writes a parameter file.</summary>
    /// <param name="parameters">Its lines after <c>using</c>.</param>
    /// <returns>Its path.</returns>
    public string WriteParameters(string parameters)
    {
        var path = PathOf("test.bicepparam");
        File.WriteAllText(path, $"using 'main.bicep'\n{parameters}\n");
        return path;
    }

    /// <summary>The parameter file of a variant: the committed one, or one written for it.</summary>
    public string ParametersOf(TemplateVariant variant) => variant.File is { } file ? PathOf(file) : WriteParameters(variant.Parameters);

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
