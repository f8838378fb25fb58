using Hybrid.CloudFunctions.Settings;
using Microsoft.Extensions.Configuration;

namespace Hybrid.CloudFunctions.Models;

/// <summary>Reads and checks the section <c>Model</c>.</summary>
internal static class ModelOptionsReader
{
    private const string DefaultPath = "models/starter/large";
    private const string OpenAIEndpoint = "https://api.openai.com/v1";
    private static readonly TimeSpan LeastTime = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MostTime = TimeSpan.FromHours(1);

    /// <summary>The options; with failures they are not to be used.</summary>
    /// <param name="configuration">The whole configuration.</param>
    /// <param name="functionTimeout">The host's limit for one invocation.</param>
    /// <param name="failures">Where failures are added.</param>
    public static ModelOptions Read(IConfiguration configuration, TimeSpan functionTimeout, List<string> failures)
    {
        var settings = new SettingsReader(configuration.GetSection(ModelOptions.SectionName), failures);
        var absent = new ModelOptions();
        var options = new ModelOptions
        {
            Provider = settings.Choice(nameof(ModelOptions.Provider), absent.Provider),
            ApiKey = settings.Text(nameof(ModelOptions.ApiKey)),
            CallTimeout = settings.Duration(nameof(ModelOptions.CallTimeout), absent.CallTimeout, LeastTime, MostTime),
            TotalTime = settings.Duration(nameof(ModelOptions.TotalTime), absent.TotalTime, LeastTime, MostTime),
        };
        if (options.TotalTime < options.CallTimeout)
        {
            settings.Fail(
                nameof(options.TotalTime), $"'{options.TotalTime}'",
                $"it must not be shorter than {nameof(options.CallTimeout)} ({options.CallTimeout})");
        }

        if (options.TotalTime >= functionTimeout)
        {
            settings.Fail(
                nameof(options.TotalTime),
                $"'{options.TotalTime}'",
                $"it must be shorter than the functionTimeout of host.json ({functionTimeout}), or the host kills calls that are paid");
        }

        return options.Provider switch
        {
            ModelProvider.AzureOpenAI => options with
            {
                Endpoint = RequiredAddress(settings, "https://NAME.openai.azure.com"),
                Deployment = settings.Required(
                    nameof(ModelOptions.Deployment), "it must be the name of a deployment of the Azure OpenAI resource"),
            },
            ModelProvider.OpenAI => CheckKey(settings, options with
            {
                Endpoint = settings.Address(nameof(ModelOptions.Endpoint), OpenAIEndpoint)
                    ?? (settings.Text(nameof(ModelOptions.Endpoint)) is null ? new Uri(OpenAIEndpoint) : null),
                Model = settings.Required(nameof(ModelOptions.Model), "it must be the name of a model the endpoint serves"),
            }),
            _ => CheckFolder(settings, options with
            {
                Path = Path.GetFullPath(settings.Text(nameof(ModelOptions.Path)) ?? DefaultPath, AppContext.BaseDirectory),
                ChatFormat = settings.Text(nameof(ModelOptions.ChatFormat)),
                Threads = settings.Number(nameof(ModelOptions.Threads), 1, 1024),
            }),
        };
    }

    private static Uri? RequiredAddress(SettingsReader settings, string example)
    {
        if (settings.Text(nameof(ModelOptions.Endpoint)) is null)
        {
            settings.Fail(nameof(ModelOptions.Endpoint), "not set", $"it must be the service's address, as {example}");
        }

        return settings.Address(nameof(ModelOptions.Endpoint), example);
    }

    private static ModelOptions CheckKey(SettingsReader settings, ModelOptions options)
    {
        if (options.ApiKey is null && options.Endpoint?.Host == new Uri(OpenAIEndpoint).Host)
        {
            settings.Fail(nameof(ModelOptions.ApiKey), "not set", $"{options.Endpoint.Host} answers nobody without a key");
        }

        return options;
    }

    private static ModelOptions CheckFolder(SettingsReader settings, ModelOptions options)
    {
        if (!Directory.Exists(options.Path))
        {
            settings.Fail(
                nameof(ModelOptions.Path),
                $"'{options.Path}'",
                "no such folder is there; it must be a model folder in the onnxruntime-genai layout, "
                + $"or {nameof(ModelOptions.Provider)} another one");
        }

        return options;
    }
}
