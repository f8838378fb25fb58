using Hybrid.CloudFunctions.Answers;
using Hybrid.CloudFunctions.Api;
using Hybrid.CloudFunctions.Claims;
using Hybrid.CloudFunctions.Models;
using Hybrid.CloudFunctions.Settings;
using Hybrid.Messaging;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Hybrid.CloudFunctions.Hosting;

/// <summary>Every setting of the program.</summary>
internal sealed record CloudSettings(
    HostFile Host, ModelOptions Model, PriceList Prices, LeaseOptions Lease, ClaimOptions Claims, ApiOptions Api, MessagingOptions Messaging)
{
    /// <summary>Reads them all and collects every failure.</summary>
    public static CloudSettings Read(IConfiguration configuration, List<string> failures)
    {
        var messaging = ReadMessaging(configuration, failures);
        var host = HostFile.Read(failures, overServiceBus: !messaging.IsOverStorageQueues());
        return new CloudSettings(
            host,
            ModelOptionsReader.Read(configuration, host.FunctionTimeout, failures),
            PriceList.Read(configuration, failures),
            LeaseOptions.Read(configuration, failures),
            ClaimOptions.Read(configuration, failures),
            ApiOptions.Read(configuration, failures),
            messaging);
    }

    /// <summary>Reads the section of the messaging room, whose validator is its own.</summary>
    public static MessagingOptions ReadMessaging(IConfiguration configuration, List<string> failures)
    {
        using var services = new ServiceCollection().AddLogging().AddMessaging(configuration).BuildServiceProvider();
        try
        {
            return services.GetRequiredService<IOptions<MessagingOptions>>().Value;
        }
        catch (OptionsValidationException exception)
        {
            failures.AddRange(exception.Failures);
            return new MessagingOptions();
        }
    }
}
