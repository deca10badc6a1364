using Cremona.Inference.Templates;

namespace Cremona.Training.Corpus;

/// <summary>One dialogue in the making: its language, its random numbers, and the words it has used so far.</summary>
internal sealed class Scene
{
    private readonly Dictionary<string, WordPair> _words = [];
    private readonly Dictionary<ChatTurn, Expectation> _expectations = new(ReferenceEqualityComparer.Instance);
    private readonly bool _isHeldApart;

    public Scene(CorpusRandom random, bool isHeldApart)
    {
        Random = random;
        _isHeldApart = isHeldApart;
        Names = new CorpusNames(random, isHeldApart);
        Language = random.Percent(50) ? Language.Chinese : Language.English;
    }

    public CorpusRandom Random { get; }

    public CorpusNames Names { get; }

    /// <summary>What is spoken.</summary>
    public Language Language { get; set; }

    public Language OtherLanguage => Language == Language.Chinese ? Language.English : Language.Chinese;

    /// <summary>Said at the end of every answer, when the persona asks for it.</summary>
    public string? Ending { get; set; }

    public List<ChatTurn> Turns { get; } = [];

    /// <summary>How many questions one context is asked: often several, since every further one costs few tokens and
    /// teaches as much as the first.</summary>
    public int QuestionCount(int most) => Random.Percent(20) ? 1 : Random.Between(Math.Min(2, most), most);

    public void System(string text) => Turns.Add(new ChatTurn(ChatRole.System, text));

    public void User(string text) => Turns.Add(new ChatTurn(ChatRole.User, text));

    public void Bot(string text) =>
        Turns.Add(new ChatTurn(ChatRole.Assistant, Ending is null ? text : Join(text, Ending)));

    /// <summary>An answer that a measurement can judge by its values.</summary>
    public void Bot(string text, Skill skill, IReadOnlyList<string> needed, params IReadOnlyList<string> wrong)
    {
        Bot(text);
        Expect(new Expectation(skill, Ending is null ? needed : [.. needed, Ending], wrong));
    }

    /// <summary>The answer that says that the text does not tell.</summary>
    public void BotIsNotTold(string text, Skill skill)
    {
        Bot(text);
        Expect(new Expectation(skill, [], []) { AnyOf = FormsOf("absent.marks") });
    }

    /// <summary>Says what would make the last answer right.</summary>
    public void Expect(Expectation expectation) => _expectations[Turns[^1]] = expectation;

    /// <summary>What a function returned.</summary>
    public void Tool(string result) => Turns.Add(new ChatTurn(ChatRole.Tool, result));

    /// <summary>What makes the answer right, if it can be judged.</summary>
    public Expectation? ExpectationOf(ChatTurn turn) => _expectations.GetValueOrDefault(turn);

    /// <summary>Puts two sentences of the scene's language together.</summary>
    public string Join(string first, string second) => Language == Language.Chinese ? first + second : $"{first} {second}";

    /// <summary>The forms of a phrase in the scene's language, the plainest first.</summary>
    public IReadOnlyList<string> FormsOf(string key) => CorpusText.FormsOf(Language, key, _isHeldApart);

    /// <summary>A phrase of the scene's language with its slots filled.</summary>
    public string Say(string key, params (string Slot, WordPair Value)[] given) => Say(Language, key, Subject.I, given);

    /// <summary>A phrase about somebody.</summary>
    public string Say(Language language, string key, Subject subject, params (string Slot, WordPair Value)[] given) =>
        Fill(Random.Pick(CorpusText.FormsOf(language, key, _isHeldApart)), language, subject, given);

    /// <summary>Fills a form that was chosen already.</summary>
    public string Fill(string form, Language language, Subject subject, params (string Slot, WordPair Value)[] given)
    {
        string phrase = PhraseGrammar.Inflect(PhraseGrammar.Choose(form, Random), subject);
        return PhraseGrammar.Fill(phrase, ValueOf, capitalizes: language == Language.English);

        string ValueOf(string slot)
        {
            foreach ((string name, WordPair value) in given)
                if (name == slot) return value.In(language);
            return slot switch
            {
                "s" => subject.Name.In(language),
                "o" => subject.Objective,
                "p" => subject.Possessive,
                _ => Word(slot).In(language),
            };
        }
    }

    /// <summary>A new word of a table.</summary>
    public WordPair NewWord(string table)
    {
        IReadOnlyList<WordPair> words = CorpusText.Table(table);
        WordPair word = Random.Pick(words);

        // Cities are the one table that validation has to itself in part.
        while (table == "city" && HeldApart.Contains(word.Chinese) != _isHeldApart) word = Random.Pick(words);
        return word;
    }

    /// <summary>Forgets the words used so far, so that the next sentence has others.</summary>
    public void ForgetWords() => _words.Clear();

    // A slot keeps its word for the whole scene: that makes a story hang together.
    private WordPair Word(string slot)
    {
        if (_words.TryGetValue(slot, out WordPair? known)) return known;
        string table = slot.TrimEnd('2');
        WordPair word = table == "name" ? Names.Person(Language) : NewWord(table);
        if (slot != table && CorpusText.HasTable(table))
            while (word == Word(table)) word = NewWord(table);
        return _words[slot] = word;
    }
}
