using System.Text.RegularExpressions;
using Hybrid.CloudFunctions.Settings;
using Hybrid.Contracts;
using Microsoft.Extensions.Configuration;

namespace Hybrid.CloudFunctions.Models;

/// <summary>The prices by model, from the section <c>Prices</c>.</summary>
internal sealed partial class PriceList
{
    /// <summary>The section of <c>appsettings.json</c>.</summary>
    public const string SectionName = "Prices";

    /// <summary>The key of a model's name where the section's cannot say it: variables of a Linux app, or of a shell, take no hyphen.</summary>
    private const string ModelKey = "Model";

    private const decimal Million = 1_000_000;
    private readonly Dictionary<string, ModelPrice> _prices = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Every price by its model's name.</summary>
    public IReadOnlyDictionary<string, ModelPrice> All => _prices;

    /// <summary>Reads the prices.</summary>
    public static PriceList Read(IConfiguration configuration, List<string> failures)
    {
        var list = new PriceList();
        list.Add(configuration.GetSection(SectionName), "", failures);
        return list;
    }

    /// <summary>What a call cost.</summary>
    /// <param name="names">The model's names, the most precise first; the first that has a price is taken.</param>
    /// <param name="usage">What was read and written.</param>
    /// <returns>Null where no price or no usage is known.</returns>
    public Cost? CostOf(IEnumerable<string?> names, TokenUsage? usage)
    {
        var price = names.Select(name => name is null ? null : _prices.GetValueOrDefault(name)).FirstOrDefault(found => found is not null);
        return price is null || usage is null
            ? null
            : new Cost(
                ((usage.InputTokens * price.InputPerMillion) + (usage.OutputTokens * price.OutputPerMillion)) / Million, price.Currency);
    }

    // A model's name may hold colons ("llama3:8b"), which configuration takes for levels: put together again here.
    private void Add(IConfigurationSection section, string model, List<string> failures)
    {
        if (section[nameof(ModelPrice.InputPerMillion)] is not null || section[nameof(ModelPrice.OutputPerMillion)] is not null)
        {
            var settings = new SettingsReader(section, failures);
            var currency = settings.Text(nameof(ModelPrice.Currency)) ?? "USD";
            if (!Iso4217().IsMatch(currency))
            {
                settings.Fail(nameof(ModelPrice.Currency), $"'{currency}'", "it must be three capital letters, as USD");
            }

            _prices[settings.Text(ModelKey) ?? model] = new ModelPrice(
                Amount(nameof(ModelPrice.InputPerMillion)), Amount(nameof(ModelPrice.OutputPerMillion)), currency);
            return;

            decimal Amount(string key)
            {
                settings.Required(key, "it must be the price of a million tokens, 0 where they are free");
                return settings.Number(key, 0m, Million) ?? 0;
            }
        }

        foreach (var child in section.GetChildren())
        {
            if (child.Value is not null)
            {
                new SettingsReader(section, failures).Fail(
                    child.Key, $"'{child.Value}'", $"a price has {nameof(ModelPrice.InputPerMillion)} and {nameof(ModelPrice.OutputPerMillion)}, and there is neither beside it");
                continue;
            }

            Add(child, model.Length == 0 ? child.Key : $"{model}:{child.Key}", failures);
        }
    }

    [GeneratedRegex(@"^[A-Z]{3}\z")]
    private static partial Regex Iso4217();
}
