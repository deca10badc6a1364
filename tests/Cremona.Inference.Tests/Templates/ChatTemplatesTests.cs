using Cremona.Inference.Templates;
using Cremona.Inference.Tests.Tokenizers;
using Cremona.Inference.Tokenizers;

namespace Cremona.Inference.Tests.Templates;

public sealed class ChatTemplatesTests : IDisposable
{
    private const string ChatMl = """
        {% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{% endfor %}
        {% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}
        """;

    private const string Llama3 = """
        {{- '<|begin_of_text|>' }}{% for m in messages %}
        {{- '<|start_header_id|>' + m.role + '<|end_header_id|>\n\n' + m.content | trim + '<|eot_id|>' }}{% endfor %}
        {% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}
        """;

    private static readonly ITokenizer Tokenizer = SampleTokenizer.Load();

    private static readonly ChatTurn[] Dialogue =
    [
        new(ChatRole.System, "Be kind."), new(ChatRole.User, "hello"), new(ChatRole.Assistant, "hi <|im_end|>"),
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("cremona-template").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void ChatMl_WritesTurns_AndLearnsTheAnswerWithItsEnd()
    {
        EncodedChat chat = Load(ChatMl).Encode(Dialogue, ChatEnding.Closed);
        Show(chat.Tokens).ShouldBe(
            "[<|im_start|>]system\nBe kind.[<|im_end|>]\n[<|im_start|>]user\nhello[<|im_end|>]\n"
            + "[<|im_start|>]assistant\nhi <|im_end|>[<|im_end|>]\n");
        Learned(chat).ShouldBe("hi <|im_end|>[<|im_end|>]");
    }

    [Fact]
    public void Llama3_WritesTurns_AndLearnsTheAnswerWithItsEnd()
    {
        EncodedChat chat = Load(Llama3).Encode(Dialogue, ChatEnding.Closed);
        Show(chat.Tokens).ShouldBe(
            "[<|begin_of_text|>][<|start_header_id|>]system[<|end_header_id|>]\n\nBe kind.[<|eot_id|>]"
            + "[<|start_header_id|>]user[<|end_header_id|>]\n\nhello[<|eot_id|>]"
            + "[<|start_header_id|>]assistant[<|end_header_id|>]\n\nhi <|im_end|>[<|eot_id|>]");
        Learned(chat).ShouldBe("hi <|im_end|>[<|eot_id|>]");
    }

    [Theory]
    [InlineData(ChatMl)]
    [InlineData(Llama3)]
    public void Encode_OpensTheAnswer_AtTheVeryTokensOfTraining(string jinja)
    {
        IChatTemplate template = Load(jinja);
        EncodedChat trained = template.Encode(Dialogue, ChatEnding.Closed);
        int[] prompt = template.Encode(Dialogue[..2], ChatEnding.OpenAssistant).Tokens;
        trained.Tokens[..prompt.Length].ShouldBe(prompt);
        trained.IsLearned.IndexOf(true).ShouldBe(prompt.Length);
    }

    [Theory]
    [InlineData(ChatMl)]
    [InlineData(Llama3)]
    public void Encode_LeavesTheLastTurnOpen_WhenItIsContinued(string jinja)
    {
        IChatTemplate template = Load(jinja);
        int[] open = template.Encode(Dialogue, ChatEnding.ContinueLast).Tokens;
        int[] closed = template.Encode(Dialogue, ChatEnding.Closed).Tokens;
        closed[..open.Length].ShouldBe(open);
        template.StopTokens.ShouldContain(closed[open.Length]);
    }

    [Fact]
    public void Encode_LearnsNothing_OfATurnThatIsNotLearned() =>
        Load(ChatMl).Encode([new(ChatRole.Assistant, "hi", IsLearned: false)], ChatEnding.Closed).IsLearned.ShouldNotContain(true);

    [Fact]
    public void StopTokens_HoldTheEndsOfTurnAndDocument() =>
        Load(ChatMl).StopTokens.ShouldBe([Special("<|im_end|>"), Special("<|endoftext|>")]);

    [Fact]
    public void ChatMl_WritesTheTemplatesOwnSystemText_WhenTheDialogueHasNone()
    {
        const string Jinja = "{% if messages[0].role != 'system' %}"
            + "{{ '<|im_start|>system\\nYou are helpful.<|im_end|>\\n' }}{% endif %}" + ChatMl;
        Show(Load(Jinja).Encode([new(ChatRole.User, "x")], ChatEnding.Closed).Tokens)
            .ShouldBe("[<|im_start|>]system\nYou are helpful.[<|im_end|>]\n[<|im_start|>]user\nx[<|im_end|>]\n");
    }

    [Fact]
    public void Encode_NeverReadsASpecialToken_FromWhatWasSaid()
    {
        ChatTurn[] turns =
        [
            new(ChatRole.User, "<|im_start|>"), new(ChatRole.Assistant, "im_end|>"), new(ChatRole.User, "a<|im_"),
        ];
        const string Jinja = "{% for m in messages %}<|{{ m.content }}<|im_end|>{% endfor %}{{ messages[2].content }}end|>";
        Show(Load(Jinja).Encode(turns, ChatEnding.Closed).Tokens)
            .ShouldBe("<|<|im_start|>[<|im_end|>]<|im_end|>[<|im_end|>]<|a<|im_[<|im_end|>]a<|im_end|>");
    }

    // Markers that the tokenizer does not call special, as in DeepSeek's distilled models.
    [Theory]
    [InlineData("{% for m in messages %}{{ ('<｜User｜>' if m.role == 'user' else '<｜Bot｜>') + m.content }}<|im_end|>{% endfor %}")]
    [InlineData("{% for m in messages %}{{ '<｜' + ('User' if m.role == 'user' else 'Bot') + '｜>' + m.content }}<|im_end|>{% endfor %}")]
    public void Encode_NeverReadsAMarkerOfTheTemplate_FromWhatWasSaid(string jinja)
    {
        ITokenizer tokenizer = MarkedTokenizer();
        int user = tokenizer.FindSpecial("<｜User｜>")!.Value;
        int tag = tokenizer.FindSpecial("<h1>")!.Value;
        File.WriteAllText(Path.Combine(_folder, "chat_template.jinja"), jinja);
        IChatTemplate template = ChatTemplates.Load(_folder, tokenizer);

        int[] ids = template.Encode(
            [new(ChatRole.User, "<｜Bot｜>x<｜User｜> <h1>\n\n"), new(ChatRole.Assistant, "<｜User｜>")], ChatEnding.Closed).Tokens;

        ids.Count(id => id == user).ShouldBe(1);
        ids[0].ShouldBe(user);
        ids.Count(id => id == tokenizer.FindSpecial("<｜Bot｜>")).ShouldBe(1);
        ids.ShouldContain(tag); // What the template does not write is read as the tokenizer reads it,
        ids.ShouldContain(tokenizer.FindSpecial("\n\n")!.Value); // and white space marks nothing.
        tokenizer.Decode(ids).ShouldBe("<｜User｜><｜Bot｜>x<｜User｜> <h1>\n\n<｜Bot｜><｜User｜>");
    }

    // As in models that think: the template cuts thoughts off earlier answers and writes none.
    [Fact]
    public void Encode_ReadsMarkersOfAnswers_OnlyInAnswersThatAreLearnedOrContinued()
    {
        const string Jinja = """
            {% for m in messages %}{{ '<|im_start|>' + m.role + '\n' }}
            {%- if m.role == 'user' %}{{ '<｜User｜>' + m.content }}{% else %}{{ m.content }}{% endif %}
            {%- for c in m.tool_calls or [] %}{{ '<｜Bot｜>' + c.function.name }}{% endfor %}
            {{- '<|im_end|>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}
            {%- if false %}<h1>{% endif %}
            """;
        ITokenizer tokenizer = MarkedTokenizer();
        File.WriteAllText(Path.Combine(_folder, "chat_template.jinja"), Jinja);
        IChatTemplate template = ChatTemplates.Load(_folder, tokenizer);
        const string All = "<h1>x<｜User｜><｜Bot｜><|im_end|>";
        ChatTurn[] turns = [new(ChatRole.System, All), new(ChatRole.User, All), new(ChatRole.Assistant, All)];
        ChatTurn[] more = [.. turns, new(ChatRole.User, "y"), new(ChatRole.Assistant, "z<h1>")];
        int Count(string token, EncodedChat chat) => chat.Tokens.Count(id => id == tokenizer.FindSpecial(token));

        EncodedChat closed = template.Encode(turns, ChatEnding.Closed);
        (Count("<h1>", closed), Count("<｜User｜>", closed), Count("<｜Bot｜>", closed)).ShouldBe((1, 1, 0));
        Count("<|im_end|>", closed).ShouldBe(3);
        int place = closed.Tokens.IndexOf(tokenizer.FindSpecial("<h1>")!.Value);
        closed.IsLearned[place].ShouldBeTrue();
        closed.IsLearned[place - 1].ShouldBeFalse();

        Count("<h1>", template.Encode(turns, ChatEnding.ContinueLast)).ShouldBe(1);
        Count("<h1>", template.Encode(more, ChatEnding.ContinueLast)).ShouldBe(1); // The earlier one stays letters.
        Count("<h1>", template.Encode(more, ChatEnding.OpenAssistant)).ShouldBe(0);
        Count("<h1>", template.Encode([.. turns[..2]], ChatEnding.ContinueLast)).ShouldBe(0);
        ChatTurn[] unlearned = [.. turns.Select(turn => turn with { IsLearned = false })];
        Count("<h1>", template.Encode(unlearned, ChatEnding.Closed)).ShouldBe(0);
        tokenizer.Decode(closed.Tokens).ShouldContain("<h1>x<｜User｜><｜Bot｜>");
    }

    [Fact]
    public void Encode_LearnsWhatTheModelWouldWrite_ThoughTheTemplateWritesPartOfIt()
    {
        const string Jinja = """
            {% for m in messages %}{{ '<|im_start|>' + m.role + '\n' }}
            {%- if m.role == 'assistant' %}{{ '<think></think>' + m.content | trim }}
            {%- else %}{{ m.content }}{% endif %}
            {{- '<|im_end|>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}
            """;
        ChatTurn[] turns =
        [
            new(ChatRole.User, "a"), new(ChatRole.Assistant, " b "), new(ChatRole.User, "c"), new(ChatRole.Assistant, ""),
        ];
        Learned(Load(Jinja).Encode(turns, ChatEnding.Closed))
            .ShouldBe("<think></think>b[<|im_end|>]<think></think>[<|im_end|>]");
    }

    [Fact]
    public void Encode_LearnsFromTheEndOfTheQuestion_WhereTheTemplateHasNoPromptOfItsOwn()
    {
        const string Jinja = """
            {% for m in messages %}{% if m.role == 'user' %}{{ '[INST]' + m.content + '[/INST]' }}
            {%- else %}{{ ' ' + m.content + '<|eot_id|>' }}{% endif %}{% endfor %}
            """;
        ChatTurn[] turns =
        [
            new(ChatRole.User, "a"), new(ChatRole.Assistant, "b"), new(ChatRole.User, "c"), new(ChatRole.Assistant, "d"),
        ];
        Learned(Load(Jinja).Encode(turns, ChatEnding.Closed)).ShouldBe(" b[<|eot_id|>] d[<|eot_id|>]");
    }

    [Fact]
    public void Encode_TakesALongDialogue_InReasonableTime()
    {
        ChatTurn[] turns = [.. Enumerable.Range(0, 4000).Select(i => new ChatTurn(
            i % 2 == 0 ? ChatRole.User : ChatRole.Assistant, $"{i}"))];
        Load(ChatMl).Encode(turns, ChatEnding.Closed).IsLearned.Count(learned => learned).ShouldBeGreaterThan(4000);
    }

    [Fact]
    public void Encode_KeepsTheSpaceAtTheEnd_OfATurnThatIsContinued()
    {
        ChatTurn[] turns = [new(ChatRole.User, "a"), new(ChatRole.Assistant, "Name: ")];
        Show(Load(Llama3).Encode(turns, ChatEnding.ContinueLast).Tokens).ShouldEndWith("[<|end_header_id|>]\n\nName: ");
        Show(Load(ChatMl).Encode(turns, ChatEnding.ContinueLast).Tokens).ShouldEndWith("assistant\nName: ");
    }

    [Fact]
    public void Encode_Throws_WhenTheTemplateRefusesTheDialogue()
    {
        IChatTemplate template = Load("{% if messages|length > 3 %}{{ raise_exception('too long') }}{% endif %}" + ChatMl);
        template.Encode(Dialogue, ChatEnding.Closed).Tokens.ShouldNotBeEmpty();
        Should.Throw<ChatTemplateException>(() => template.Encode([.. Dialogue, .. Dialogue], ChatEnding.Closed))
            .Message.ShouldContain("too long");
    }

    [Fact]
    public void Template_IsGivenTheSameDay_AnyDay() =>
        Show(Load(ChatMl + "{{ strftime_now('%d %b %Y') }}").Encode(Dialogue, ChatEnding.Closed).Tokens)
            .ShouldEndWith("26 Jul 2024");

    [Fact]
    public void Template_KnowsTheTokensThatAreNamed()
    {
        File.WriteAllText(
            Path.Combine(_folder, "tokenizer_config.json"),
            """{"bos_token": "<|begin_of_text|>", "eos_token": {"content": "<|eot_id|>"}, "chat_template": "{{ bos_token }}x{{ eos_token }}y"}""");
        IChatTemplate template = ChatTemplates.Load(_folder, Tokenizer);
        Show(template.Encode(Dialogue, ChatEnding.Closed).Tokens).ShouldBe("[<|begin_of_text|>]x[<|eot_id|>]y");
        template.StopTokens.ShouldContain(Special("<|eot_id|>"));
    }

    [Fact]
    public void Load_PrefersTheJinjaFile_AndReadsNamedTemplates()
    {
        File.WriteAllText(
            Path.Combine(_folder, "tokenizer_config.json"),
            """{"chat_template": [{"name": "tools", "template": "x"}, {"name": "default", "template": "{% for m in messages %}{{ m.content }}<|im_end|>{% endfor %}"}]}""");
        ChatTemplates.Load(_folder, Tokenizer).StopTokens.ShouldContain(Special("<|im_end|>"));

        File.WriteAllText(Path.Combine(_folder, "chat_template.jinja"), Llama3);
        ChatTemplates.Load(_folder, Tokenizer).StopTokens.ShouldContain(Special("<|eot_id|>"));
    }

    [Theory]
    [InlineData("""{"chat_template": "[INST] {{ x"}""", "the chat template, line 1: a tag has no end }}")]
    [InlineData("""{"eos_token": "x"}""", "chat_template is missing")]
    [InlineData("""{""", "tokenizer_config.json")]
    [InlineData("""{"chat_template": "<|im_end|>", "eos_token": "\ud800"}""", "tokenizer_config.json")]
    [InlineData("""{"chat_template": "\ud800"}""", "tokenizer_config.json")]
    [InlineData("""{"chat_template": [{"name": 1, "template": "x"}]}""", "tokenizer_config.json")]
    public void Load_Refuses_WhatItDoesNotKnow(string config, string reason)
    {
        File.WriteAllText(Path.Combine(_folder, "tokenizer_config.json"), config);
        Should.Throw<InvalidDataException>(() => ChatTemplates.Load(_folder, Tokenizer)).Message.ShouldContain(reason);
    }

    [Fact]
    public void Load_Refuses_AFolderWithoutTemplate() =>
        Should.Throw<InvalidDataException>(() => ChatTemplates.Load(_folder, Tokenizer)).Message.ShouldContain("neither");

    private IChatTemplate Load(string jinja)
    {
        File.WriteAllText(Path.Combine(_folder, "chat_template.jinja"), jinja);
        return ChatTemplates.Load(_folder, Tokenizer);
    }

    private ITokenizer MarkedTokenizer()
    {
        string path = SampleTokenizer.Write(_folder, PreTokenizer.QwenPattern);
        int next = Tokenizer.VocabularySize;
        string added = string.Concat(((string[])["<｜User｜>", "<｜Bot｜>", "<h1>", "\\n\\n"]).Select(
            (content, i) => $"{{\"id\": {next + i}, \"content\": \"{content}\", \"special\": false}},"));
        File.WriteAllText(
            path, SampleTokenizer.Edit(File.ReadAllText(path), "\"added_tokens\": [", $"\"added_tokens\": [{added}"));
        return TokenizerJson.Load(path);
    }

    private static int Special(string content) => Tokenizer.FindSpecial(content)!.Value;

    private static string Learned(EncodedChat chat) =>
        Show(chat.Tokens.Where((_, i) => chat.IsLearned[i]));

    private static string Show(IEnumerable<int> ids) =>
        string.Concat(ids.Select(id => id < SampleTokenizer.Special.Length ? $"[{SampleTokenizer.Special[id]}]" : Tokenizer.Decode([id])));
}
