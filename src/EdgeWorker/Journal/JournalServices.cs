using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.EdgeWorker.Journal;

/// <summary>Registers this room.</summary>
internal static class JournalServices
{
    /// <param name="services">The collection.</param>
    /// <param name="options">Checked.</param>
    /// <param name="journal">Open; the container closes it.</param>
    /// <param name="loops">Whether anything is sent and received.</param>
    public static IServiceCollection AddJournal(this IServiceCollection services, JournalOptions options, PromptJournal journal, bool loops)
    {
        services.AddSingleton(options);
        // By a factory, so that the container closes it, after everything that writes to it.
        services.AddSingleton(_ => journal);
        services.AddSingleton<CloudLink>();
        if (loops)
        {
            services.AddHostedService<OutboxPump>();
            services.AddHostedService<AnswerInbox>();
            services.AddHostedService<JournalSweep>();
        }

        return services;
    }
}
