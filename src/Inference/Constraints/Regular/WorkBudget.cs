namespace Hybrid.Inference.Constraints.Regular;

/// <summary>Bounds what compiling one schema may cost, however its author spreads the cost.</summary>
internal sealed class WorkBudget
{
    /// <summary>About a second of work; schemas in use need thousandths of it.</summary>
    private int _left = 30_000_000;

    /// <exception cref="LanguageTooLargeException">Nothing is left.</exception>
    public void Spend(int amount)
    {
        _left -= amount;
        if (_left < 0)
        {
            throw new LanguageTooLargeException();
        }
    }
}
