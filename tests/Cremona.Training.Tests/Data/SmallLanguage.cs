using Cremona.Inference.Templates;
using Cremona.Inference.Tokenizers;
using Cremona.Training.Corpus;

namespace Cremona.Training.Tests.Data;

/// <summary>A tokenizer and a template trained for the tests of one class.</summary>
public sealed class SmallLanguage
{
    public SmallLanguage()
    {
        string folder = Directory.CreateTempSubdirectory("cremona-language").FullName;
        CorpusTokenizer.Train(folder, vocabularySize: 4400, sampleCount: 50, seed: 1, contextLength: 512);
        Tokenizer = TokenizerJson.Load(Path.Combine(folder, "tokenizer.json"));
        Template = ChatTemplates.Load(folder, Tokenizer);
        Directory.Delete(folder, recursive: true);
    }

    public ITokenizer Tokenizer { get; }

    public IChatTemplate Template { get; }
}
