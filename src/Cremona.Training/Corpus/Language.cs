namespace Cremona.Training.Corpus;

/// <summary>The two languages of the corpus.</summary>
internal enum Language
{
    Chinese,
    English,
}
