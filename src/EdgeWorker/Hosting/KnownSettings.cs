using System.Diagnostics.CodeAnalysis;
using Hybrid.EdgeWorker.Api;
using Hybrid.EdgeWorker.Device;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Models;
using Hybrid.EdgeWorker.Pipeline;
using Hybrid.EdgeWorker.Routing;
using Hybrid.Messaging;
using Hybrid.Messaging.Amqp;
using Microsoft.Extensions.Configuration;

namespace Hybrid.EdgeWorker.Hosting;

/// <summary>Every setting that this program reads, by its name.</summary>
internal static class KnownSettings
{
    private const string Broker = $"{MessagingOptions.SectionName}:{AmqpOptions.SectionName}";

    private static readonly HashSet<string> Names = new(
        [
            .. Of<ApiOptions>(ApiOptions.SectionName), .. Of<DeviceOptions>(DeviceOptions.SectionName), .. Of<JournalOptions>(JournalOptions.SectionName),
            .. Of<MessagingOptions>(MessagingOptions.SectionName), .. Of<AmqpOptions>(Broker), .. Of<ModelsOptions>(ModelsOptions.SectionName),
            .. Of<PipelineOptions>(PipelineOptions.SectionName), .. Of<RoutingOptions>(RoutingOptions.SectionName),
        ],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Sections whose keys the user names, or the server.</summary>
    private static readonly string[] Open =
        [$"{Broker}:{nameof(AmqpOptions.Entities)}:", $"{RoutingOptions.SectionName}:{nameof(RoutingOptions.Chores)}:", $"{DoorReader.KestrelSection}:"];

    /// <summary>The cloud functions' own in a section that is also here.</summary>
    private static readonly string[] Clouds = [$"{ApiOptions.SectionName}:Deadline"];

    /// <summary>The keys that are set and that nothing here reads: misspelt, or another program's.</summary>
    public static IEnumerable<string> Unread(IConfiguration configuration) =>
        from pair in configuration.AsEnumerable()
        where pair.Value is not null && !Names.Contains(pair.Key) && !Open.Any(section => pair.Key.StartsWith(section, StringComparison.OrdinalIgnoreCase))
        orderby pair.Key
        select pair.Key;

    /// <summary>Those of them in sections of this program. The cloud functions share variables with it, but have other sections for the most part.</summary>
    public static IEnumerable<string> Misspelt(IConfiguration configuration)
    {
        var sections = Names.Select(name => name[..(name.IndexOf(':', StringComparison.Ordinal) + 1)]).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return Unread(configuration).Except(Clouds, StringComparer.OrdinalIgnoreCase).Where(key => sections.Contains(key[..(key.IndexOf(':', StringComparison.Ordinal) + 1)]));
    }

    /// <summary>What is said of such a key.</summary>
    public static string Say(string key) => $"{key} is set, but hybrid-edge has no such setting.";

    private static IEnumerable<string> Of<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T>(string section) =>
        typeof(T).GetProperties().Where(property => property.CanWrite).Select(property => $"{section}:{property.Name}");
}
