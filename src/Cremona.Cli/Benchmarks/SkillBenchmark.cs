using Cremona.Inference.Checkpoints;
using Cremona.Inference.Grammar;
using Cremona.Inference.Grammar.Vocabulary;
using Cremona.Inference.Sampling;
using Cremona.Inference.Scheduling;
using Cremona.Inference.Templates;
using Cremona.Training.Corpus;

namespace Cremona.Cli.Benchmarks;

/// <summary>Asks a model the held-apart cases of each skill, greedily, and judges the answers by what they
/// hold.</summary>
internal sealed class SkillBenchmark(LanguageModel model, int caseCount)
{
    private const int AnswerTokensMax = 160;
    private const int AtOnce = 32;

    // One call or plain text, as chat with tools holds it.
    private static readonly ToolCallRules CallRules = new() { AllowsTextBefore = false, AllowsSeveral = false };

    private static readonly (Skill Skill, string Name)[] Skills =
    [
        (Skill.Persona, "persona"), (Skill.Copying, "copying"), (Skill.Extraction, "json_values"),
        (Skill.Functions, "functions"), (Skill.Passage, "passage"), (Skill.Absent, "passage_absent"),
        (Skill.Classification, "classification"), (Skill.Speakers, "speakers"), (Skill.Arithmetic, "arithmetic"),
        (Skill.Reference, "reference"), (Skill.SmallTalk, "small_talk"),
    ];

    private readonly GrammarVocabulary _vocabulary = new(model.Tokenizer);

    /// <summary>Runs all skills.</summary>
    /// <param name="name">Of the model, for the report.</param>
    /// <param name="observe">Told every answer.</param>
    /// <param name="cancellationToken">Stops between two answers.</param>
    public async Task<SkillReport> RunAsync(
        string name, Action<SkillAnswer> observe, CancellationToken cancellationToken)
    {
        using var engine = new DecoderEngine(
            model.Source, model.Source.Format, new EngineOptions { MaxBatchSize = AtOnce, QueueLength = AtOnce });
        var scores = new List<SkillScore>();
        foreach ((Skill skill, string skillName) in Skills)
        {
            IReadOnlyList<SkillAnswer> answers = await AskAsync(engine, skill, cancellationToken);
            foreach (SkillAnswer answer in answers) observe(answer);
            if (skill == Skill.Extraction)
                scores.Add(Score("json_valid", answers, a => SkillCase.IsJsonObject(a.Answer)));
            scores.Add(Score(skillName, answers, a => a.IsRight));
        }

        return new SkillReport(name, scores);
    }

    private static SkillScore Score(string name, IReadOnlyList<SkillAnswer> answers, Func<SkillAnswer, bool> isRight) =>
        new(name, answers.Count, Math.Round((double)answers.Count(isRight) / answers.Count, 4));

    private async Task<IReadOnlyList<SkillAnswer>> AskAsync(
        DecoderEngine engine, Skill skill, CancellationToken cancellationToken)
    {
        var answers = new List<SkillAnswer>();
        foreach (SkillCase[] cases in SkillCases.Generate(skill, caseCount).Chunk(AtOnce))
            answers.AddRange(await Task.WhenAll(cases.Select(c => AskAsync(engine, c, cancellationToken))));
        return answers;
    }

    private async Task<SkillAnswer> AskAsync(DecoderEngine engine, SkillCase item, CancellationToken cancellationToken)
    {
        var request = new GenerationRequest
        {
            PromptTokens = model.ChatTemplate.Encode(item.Turns, ChatEnding.OpenAssistant).Tokens,
            MaxTokens = AnswerTokensMax,
            StopTokens = model.ChatTemplate.StopTokens,
            Sampling = new SamplingOptions { Temperature = 0 },
            Grammar = item.Skill == Skill.Functions ? CallGrammar(item) : null,
        };
        var tokens = new List<int>();
        await foreach (GeneratedToken token in engine.StreamAsync(request, cancellationToken))
            if (token.Id >= 0) tokens.Add(token.Id);
        return new SkillAnswer(item, model.Tokenizer.Decode([.. tokens]));
    }

    // None where the model's template has no form for calls: it then cannot make any.
    private TokenGrammar? CallGrammar(SkillCase item) => model.ChatTemplate.ToolCallForm is { } form
        ? new TokenGrammar(ToolCallGrammar.Compile(form, item.Tools, CallRules), _vocabulary)
        : null;
}
