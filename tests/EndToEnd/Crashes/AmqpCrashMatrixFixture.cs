namespace Hybrid.EndToEnd.Crashes;

/// <summary>The sample of the matrix over Service Bus.</summary>
public sealed class AmqpCrashMatrixFixture : CrashMatrixFixture
{
    protected override bool Amqp => true;

    internal override IReadOnlyList<CrashCase> Cells => CrashCase.SampleOverServiceBus;
}
