using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Hybrid.EdgeWorker.Pipeline;

/// <summary>Registers this room.</summary>
internal static class PipelineServices
{
    /// <param name="services">The collection.</param>
    /// <param name="options">Checked.</param>
    /// <param name="loops">Whether prompts are worked on.</param>
    public static IServiceCollection AddPipeline(this IServiceCollection services, PipelineOptions options, bool loops)
    {
        services.AddSingleton(options);
        services.TryAddSingleton(new IntakeLimits());
        services.AddSingleton<PromptQueue>();
        services.AddSingleton<PromptBoard>();
        services.AddSingleton<PromptNeeds>();
        services.AddSingleton<PromptRouting>();
        services.AddSingleton<HeadStarts>();
        services.AddSingleton<PromptIntake>();
        services.AddSingleton<PromptWork>();
        if (loops)
        {
            services.AddHostedService<PromptLoop>();
            services.AddHostedService<DeadlineSweep>();
        }

        return services;
    }
}
