using Hybrid.StarterModels.Evaluation;
using Hybrid.StarterModels.Training;

namespace Hybrid.StarterModels.Exporting;

/// <summary>Everything known about one trained and exported model: how it was trained, how true the export is, how it answers.</summary>
internal sealed record StarterResult(TrainingReport Training, TrainedShape Shape, Agreement Agreement, IReadOnlyList<JudgedAnswer> Answers);
