using Hybrid.StarterModels.Corpus;

var world = new World(Domain.Load());
CorpusFiles.Write(args[0], world, ulong.Parse(args[1], null), int.Parse(args[2], null), CancellationToken.None);
