using System.Text;
using Cremona.Inference.Tokenizers;
using Cremona.Training.Corpus;

namespace Cremona.Training.Tests.Corpus;

public sealed class BytePairTrainerTests
{
    // Counts of the example in Sennrich et al., 2016: the first merges are e+s, es+t and l+o there.
    private static readonly Dictionary<string, long> Pieces = new() { ["low"] = 5, ["lower"] = 2, ["newest"] = 6, ["widest"] = 3 };

    [Fact]
    public void Train_MergesTheMostFrequentPairs_First()
    {
        TrainedVocabulary vocabulary = BytePairTrainer.Train(Pieces, 256 + 3, [], []);
        vocabulary.Merges.ShouldBe([("e", "s"), ("es", "t"), ("l", "o")]);
    }

    [Fact]
    public void Train_GivesRequiredCharactersATokenEach()
    {
        TrainedVocabulary vocabulary = BytePairTrainer.Train(Pieces, 600, ["<|x|>"], CommonCharacters.Han.Take(100));
        vocabulary.Entries[0].ShouldBe("<|x|>");
        foreach (Rune character in CommonCharacters.Han.Take(100))
            vocabulary.Entries.ShouldContain(ByteLevelAlphabet.ToText(Encoding.UTF8.GetBytes(character.ToString())));
    }

    [Fact]
    public void Train_Refuses_ASizeThatDoesNotHoldTheCharacters() =>
        Should.Throw<ArgumentOutOfRangeException>(() => BytePairTrainer.Train(Pieces, 300, [], CommonCharacters.Han));

    [Fact]
    public void Train_LearnsNothingByHeart_ThatOccursOnce() =>
        BytePairTrainer.Train(new Dictionary<string, long> { ["abc"] = 1 }, 300, [], []).Merges.ShouldBeEmpty();

    // The whole point of the incremental counts: they give what counting anew after every merge would give.
    [Fact]
    public void Train_AgreesWithCountingAnew()
    {
        var random = new CorpusRandom(3, 0);
        var pieces = new Dictionary<string, long>();
        while (pieces.Count < 60)
            pieces[string.Concat(Enumerable.Range(0, random.Between(1, 9)).Select(_ => "abc"[random.Next(3)]))] = random.Between(1, 9);
        BytePairTrainer.Train(pieces, 256 + 40, [], []).Merges.ShouldBe(TrainSlowly(pieces, 40));
    }

    private static List<(string, string)> TrainSlowly(Dictionary<string, long> pieces, int mergeCount)
    {
        var ids = Enumerable.Range(0, 256).Select(b => ByteLevelAlphabet.ToCharacter((byte)b)).Order()
            .Select((c, i) => (c, i)).ToDictionary(x => x.c.ToString(), x => x.i);
        var words = pieces.Select(p => (Symbols: p.Key.Select(c => c.ToString()).ToList(), p.Value)).ToList();
        var merges = new List<(string, string)>();
        while (merges.Count < mergeCount)
        {
            var best = words
                .SelectMany(w => w.Symbols.Zip(w.Symbols.Skip(1)).Select(pair => (pair, w.Value)))
                .GroupBy(x => x.pair).Select(g => (Pair: g.Key, Count: g.Sum(x => x.Value)))
                .OrderByDescending(x => x.Count).ThenBy(x => ids[x.Pair.First]).ThenBy(x => ids[x.Pair.Second]).First();
            if (best.Count < 2) break;
            merges.Add(best.Pair);
            ids.TryAdd(best.Pair.First + best.Pair.Second, ids.Count);
            foreach ((List<string> symbols, long _) in words)
            {
                for (int i = 0; i + 1 < symbols.Count; i++)
                {
                    if ((symbols[i], symbols[i + 1]) != best.Pair) continue;
                    symbols[i] += symbols[i + 1];
                    symbols.RemoveAt(i + 1);
                }
            }
        }

        return merges;
    }
}
