using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hybrid.EdgeWorker.Device;

/// <summary>Who owns a data folder and how to talk to it: a file only its user can read.</summary>
/// <param name="ProcessId">The owner.</param>
/// <param name="Address">Its loopback address; null while it starts.</param>
/// <param name="Token">Made anew by every owner.</param>
internal sealed partial record OwnerRecord(int ProcessId, Uri? Address, string Token)
{
    private const string FileName = "owner.json";

    /// <summary>The record of a folder that another process owns; null while there is none to read.</summary>
    public static OwnerRecord? Read(string folder)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(Path.Combine(folder, FileName)), OwnerJson.Default.OwnerRecord);
        }
        catch (Exception exception) when (exception is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public static void Write(string folder, OwnerRecord record)
    {
        var temporary = Path.Combine(folder, FileName + ".new");
        File.Delete(temporary);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(temporary, options))
        {
            JsonSerializer.Serialize(file, record, OwnerJson.Default.OwnerRecord);
        }

        File.Move(temporary, Path.Combine(folder, FileName), overwrite: true);
    }

    public static void Remove(string folder) => File.Delete(Path.Combine(folder, FileName));

    [JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
    [JsonSerializable(typeof(OwnerRecord))]
    private sealed partial class OwnerJson : JsonSerializerContext;
}
