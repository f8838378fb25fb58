using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Hybrid.CloudFunctions.Answers;
using Hybrid.CloudFunctions.Api;
using Hybrid.CloudFunctions.Claims;
using Hybrid.CloudFunctions.Hosting;
using Hybrid.CloudFunctions.Models;
using Hybrid.Messaging;
using Hybrid.Messaging.Amqp;
using Microsoft.Extensions.Configuration;

namespace Hybrid.CloudFunctions.Cli;

/// <summary><c>--check</c>: the settings in force, defaults included, secrets masked.</summary>
internal static class SettingsCheck
{
    private const string Mask = "***";

    /// <summary>The sections that are this program's alone, or read alike by the device, which may share variables with it.</summary>
    private static readonly string[] Own = [ClaimOptions.SectionName, LeaseOptions.SectionName, MessagingOptions.SectionName, ModelOptions.SectionName];

    private static readonly string[] Secrets = [nameof(ModelOptions.ApiKey), nameof(MessagingOptions.ConnectionString), nameof(AmqpOptions.Password)];

    public static async Task<int> RunAsync(IConfiguration configuration, TextWriter output, TextWriter error)
    {
        var failures = new List<string>();
        var settings = CloudSettings.Read(configuration, failures);
        foreach (var failure in failures)
        {
            await error.WriteLineAsync(failure);
        }

        if (failures.Count > 0)
        {
            return ExitCode.Usage;
        }

        (string Key, string Value)[] values =
        [
            .. Of(ApiOptions.SectionName, settings.Api), .. Of(ClaimOptions.SectionName, settings.Claims),
            .. Of(LeaseOptions.SectionName, settings.Lease), .. Of(MessagingOptions.SectionName, settings.Messaging),
            .. Broker(settings.Messaging.Amqp),
            .. Of(ModelOptions.SectionName, settings.Model), .. settings.Prices.All.Select(PriceOf),
        ];
        foreach (var (key, value) in values)
        {
            await output.WriteLineAsync($"{key} = {value}");
        }

        await output.WriteLineAsync($"host.json = {settings.Host}");
        var known = values.Select(pair => pair.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var key in Own.SelectMany(section => configuration.GetSection(section).AsEnumerable())
            .Where(pair => pair.Value is not null && !known.Contains(pair.Key)).Select(pair => pair.Key).Order(StringComparer.Ordinal))
        {
            await error.WriteLineAsync($"{key} is set, but hybrid-cloud has no such setting.");
        }

        return ExitCode.Success;
    }

    private static IEnumerable<(string Key, string Value)> Broker(AmqpOptions amqp)
    {
        const string section = $"{MessagingOptions.SectionName}:{AmqpOptions.SectionName}";
        return Of(section, amqp).Concat(amqp.Entities.Select(pair => ($"{section}:{nameof(amqp.Entities)}:{pair.Key}", pair.Value)));
    }

    private static (string Key, string Value) PriceOf(KeyValuePair<string, ModelPrice> price) => (
        $"{PriceList.SectionName}:{price.Key}",
        string.Create(
            CultureInfo.InvariantCulture,
            $"{price.Value.InputPerMillion} in, {price.Value.OutputPerMillion} out, {price.Value.Currency} per million tokens"));

    private static IEnumerable<(string Key, string Value)> Of<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T>(
        string section, T options) =>
        from property in typeof(T).GetProperties()
        where property.CanWrite
        orderby property.Name
        select ($"{section}:{property.Name}", Show(property.Name, property.GetValue(options)));

    private static string Show(string name, object? value) => value switch
    {
        null or "" => "(not set)",
        MessagingOptions.DevelopmentStorage => MessagingOptions.DevelopmentStorage,
        _ when Secrets.Contains(name) => Mask,
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
