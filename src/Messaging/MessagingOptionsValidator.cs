using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Hybrid.Messaging.Amqp;
using Microsoft.Extensions.Options;

namespace Hybrid.Messaging;

/// <summary>Reports every wrong value of <see cref="MessagingOptions"/> with its key and the remedy, and no secret.</summary>
internal sealed class MessagingOptionsValidator : IValidateOptions<MessagingOptions>
{
    public ValidateOptionsResult Validate(string? name, MessagingOptions options)
    {
        var failures = new List<string>();
        // Names only: Enum.TryParse would take "7" for a transport.
        if (!Enum.GetNames<MessagingTransport>().Contains(options.Transport, StringComparer.OrdinalIgnoreCase))
        {
            var names = string.Join(", ", Enum.GetNames<MessagingTransport>());
            Fail(nameof(options.Transport), $"'{options.Transport}'", $"it must be one of {names}");
        }

        var overSdk = Is(MessagingTransport.ServiceBus);
        var queuesElsewhere = overSdk || Is(MessagingTransport.Amqp);
        if (overSdk && !ServiceBusPart.IsBuilt)
        {
            Fail(
                nameof(options.Transport), $"'{options.Transport}'",
                $"this build has no Azure.Messaging.ServiceBus; build with -p:PackageSet=Full, or take {nameof(MessagingTransport.Amqp)}, "
                + "which reaches Service Bus with the same settings");
        }
        else if (queuesElsewhere)
        {
            AmqpSettingsReader.Read(options.Amqp, Fail);
            if (overSdk && !string.IsNullOrWhiteSpace(options.Amqp.Address))
            {
                Fail(
                    $"{AmqpOptions.SectionName}:{nameof(AmqpOptions.Address)}", "set",
                    $"{options.Transport} reaches Azure Service Bus alone; another broker needs {nameof(MessagingTransport.Amqp)}");
            }
        }

        // Claims and outcomes lie in a storage account, whatever carries the messages.
        if (options.UsesIdentity)
        {
            if (!queuesElsewhere || !string.IsNullOrEmpty(options.QueueServiceUri))
            {
                CheckAddress(
                    nameof(options.QueueServiceUri),
                    options.QueueServiceUri,
                    nameof(options.BlobServiceUri),
                    "https://ACCOUNT.queue.core.windows.net");
            }

            CheckAddress(
                nameof(options.BlobServiceUri),
                options.BlobServiceUri,
                nameof(options.QueueServiceUri),
                "https://ACCOUNT.blob.core.windows.net");
        }
        else if (string.IsNullOrWhiteSpace(options.ConnectionString))
        {
            Fail(
                nameof(options.ConnectionString),
                "empty",
                $"it must be an Azure Storage connection string, or '{MessagingOptions.DevelopmentStorage}' for Azurite{Purpose()}");
        }
        else if (!Opens(options.ConnectionString, queues: !queuesElsewhere))
        {
            Fail(
                nameof(options.ConnectionString),
                $"a text of {options.ConnectionString.Length} characters (not shown)",
                $"it must be an Azure Storage connection string that reaches {(queuesElsewhere ? "" : "queues and ")}blobs, "
                + $"or '{MessagingOptions.DevelopmentStorage}' for Azurite{Purpose()}");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void CheckAddress(string key, string? value, string partner, string example)
        {
            if (string.IsNullOrEmpty(value))
            {
                Fail(key, "not set", $"{MessagingOptions.SectionName}:{partner} is, and the two come together, as {example}");
            }
            else if (!Uri.TryCreate(value, UriKind.Absolute, out var uri)
                || !(uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback)))
            {
                Fail(key, Shown(value), $"it must be an https address, as {example}");
            }
            else if (uri.Query.Length > 0 || uri.UserInfo.Length > 0)
            {
                Fail(
                    key,
                    Shown(value),
                    $"it must carry no signature or user, since this process's identity is used; it must read as {example}");
            }
        }

        bool Is(MessagingTransport transport) => string.Equals(options.Transport, transport.ToString(), StringComparison.OrdinalIgnoreCase);

        string Purpose() => queuesElsewhere ? "; claims and outcomes are kept there, whatever carries the messages" : "";

        void Fail(string key, string value, string demand) => failures.Add(
            $"{MessagingOptions.SectionName}:{key} is {value}; {demand}. "
            + $"Set it in appsettings.json or HYBRID__{MessagingOptions.SectionName}__{key.Replace(":", "__", StringComparison.Ordinal)}.");
    }

    // What stands behind a question mark or before an @ may be a secret.
    private static string Shown(string address) =>
        address.Contains('?', StringComparison.Ordinal) || address.Contains('@', StringComparison.Ordinal)
            ? $"a text of {address.Length} characters (not shown)"
            : $"'{address}'";

    private static bool Opens(string connectionString, bool queues)
    {
        try
        {
            return (!queues || new QueueServiceClient(connectionString).Uri is not null) && new BlobServiceClient(connectionString).Uri is not null;
        }
        catch (Exception exception) when (exception
            is FormatException or ArgumentException or InvalidOperationException or NullReferenceException)
        {
            // The last is what the SDK throws for a string that names only one of the two services.
            return false;
        }
    }
}
