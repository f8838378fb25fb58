using Hybrid.CloudFunctions.Answers;
using Hybrid.CloudFunctions.Api;
using Hybrid.CloudFunctions.Claims;
using Hybrid.CloudFunctions.Escalations;
using Hybrid.CloudFunctions.Models;
using Hybrid.CloudFunctions.Rejections;
using Hybrid.CloudFunctions.Results;
using Hybrid.Messaging;
using Hybrid.Messaging.Claims;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hybrid.CloudFunctions.Hosting;

/// <summary>Registers every room, for any host.</summary>
internal static class CloudServices
{
    /// <summary>The handlers and what they need.</summary>
    public static IServiceCollection AddCloud(
        this IServiceCollection services, IConfiguration configuration, CloudSettings settings) => services
        .AddMessaging(configuration)
        .AddSingleton(settings.Host)
        .AddSingleton(settings.Model)
        .AddSingleton(settings.Prices)
        .AddSingleton(settings.Lease)
        .AddSingleton(settings.Claims)
        .AddSingleton(settings.Api)
        .AddSingleton<ModelSource>()
        .AddSingleton<LargeModel>()
        .AddSingleton<OutcomeStore>()
        .AddSingleton<CallLeases>()
        .AddSingleton<AnswerSender>()
        .AddSingleton<RejectedMessages>()
        .AddSingleton<EscalationHandler>()
        .AddSingleton<PoisonHandler>()
        .AddSingleton<ResultHandler>()
        .AddSingleton<ClaimSweep>()
        .AddSingleton<QueueFunctions>()
        .AddSingleton<FunctionRunner>()
        .AddSingleton<AcceptedPrompts>()
        .AddSingleton<PromptApi>()
        .AddSingleton<CustomHandler>()
        .AddLogger<CallLease>()
        .AddLogger<ClaimStore>()
        .AddLogger<ClaimSweep>()
        .AddLogger<CustomHandler>()
        .AddLogger<EscalationHandler>()
        .AddLogger<FunctionRunner>()
        .AddLogger<LargeModel>()
        .AddLogger<ModelWatch>()
        .AddLogger<PoisonHandler>()
        .AddLogger<PromptApi>()
        .AddLogger<QueuePump>()
        .AddLogger<RejectedMessages>()
        .AddLogger<ResultHandler>();

    /// <summary>A logger that is there as what it is: making the closed type from the open one costs machine code a millisecond or two at the start.</summary>
    private static IServiceCollection AddLogger<T>(this IServiceCollection services) =>
        services.AddSingleton<ILogger<T>>(static provider => new Logger<T>(provider.GetRequiredService<ILoggerFactory>()));
}
