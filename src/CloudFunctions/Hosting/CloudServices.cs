using Hybrid.CloudFunctions.Answers;
using Hybrid.CloudFunctions.Api;
using Hybrid.CloudFunctions.Claims;
using Hybrid.CloudFunctions.Escalations;
using Hybrid.CloudFunctions.Models;
using Hybrid.CloudFunctions.Rejections;
using Hybrid.CloudFunctions.Results;
using Hybrid.Messaging;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

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
        .AddSingleton<CustomHandler>();
}
