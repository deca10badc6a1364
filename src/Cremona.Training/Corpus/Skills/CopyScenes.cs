using System.Globalization;

namespace Cremona.Training.Corpus.Skills;

/// <summary>Repeating text, names, characters and codes exactly; a code is also asked for later.</summary>
internal static class CopyScenes
{
    private const int UnitCountMax = 10;

    // What codes are called, and how each is written: # is a digit, @ a capital, * either.
    private static readonly (WordPair Kind, string[] Patterns)[] Codes =
    [
        (new("密码", "password"), ["####", "######", "@###", "****", "********"]),
        (new("房间号", "room number"), ["###", "####", "@##"]),
        (new("订单号", "order number"), ["#####", "@@-####", "@#####"]),
        (new("票号", "ticket number"), ["@###", "####-##", "@@####"]),
        (new("车牌号", "licence plate"), ["@@ ####", "@-#####", "@@#-###"]),
        (new("序列号", "serial number"), ["****-****", "@@@######", "##-@@-####"]),
        (new("验证码", "verification code"), ["####", "######", "****"]),
        (new("航班号", "flight number"), ["@@###", "@@####", "@@ ###"]),
        (new("账号", "account number"), ["########", "#### ####", "##########"]),
        (new("快递单号", "tracking number"), ["@@########", "#########"]),
        (new("座位号", "seat number"), ["##@", "#@", "@##"]),
        (new("会员号", "member number"), ["#####", "@-####"]),
        (new("口令", "PIN"), ["####", "#####"]),
        (new("邀请码", "invitation code"), ["******", "@@@@", "@@@-###"]),
    ];

    public static void Write(Scene scene)
    {
        int count = scene.QuestionCount(4);
        for (int i = 0; i < count; i++)
        {
            if (scene.Random.Percent(35)) AskCodes(scene);
            else Repeat(scene);
        }
    }

    private static void Repeat(Scene scene)
    {
        string text = CopyTexts.Any(scene, UnitCountMax);
        scene.User(scene.Say("repeat.ask", ("t", WordPair.Same(text))));
        scene.Bot(text, Skill.Copying, [text]);
    }

    // One code or two are told; the question is in the same turn or comes after it.
    private static void AskCodes(Scene scene)
    {
        (WordPair Kind, WordPair Code)[] told =
        [
            .. scene.Random.PickSome(Codes, scene.Random.Percent(35) ? 2 : 1)
                .Select(c => (c.Kind, WordPair.Same(Code(scene, scene.Random.Pick(c.Patterns))))),
        ];
        string given = told.Select(c => scene.Say("given.say", ("k", c.Kind), ("t", c.Code)))
            .Aggregate((first, second) => first + "\n" + second);
        bool isAcknowledged = scene.Random.Percent(40);
        if (isAcknowledged)
        {
            scene.User(given);
            scene.Bot(scene.Say("user.ack"));
        }

        int askedCount = scene.Random.Between(1, told.Length);
        foreach ((WordPair kind, WordPair code) in scene.Random.PickSome(told, askedCount))
        {
            string question = scene.Say("given.ask", ("k", kind));
            scene.User(isAcknowledged ? question : Put(scene, given, question));
            scene.Bot(scene.Say("given.tell", ("k", kind), ("t", code)), Skill.Copying, [code.Chinese]);
            isAcknowledged = true;
        }
    }

    private static string Put(Scene scene, string given, string question) =>
        char.IsPunctuation(given[^1]) && scene.Random.Percent(60)
            ? scene.Join(given, question)
            : given + "\n" + question;

    private static string Code(Scene scene, string pattern) => string.Concat(pattern.Select(c => c switch
    {
        '#' => Digit(scene),
        '@' => Capital(scene),
        '*' => scene.Random.Percent(50) ? Digit(scene) : Capital(scene),
        _ => c.ToString(),
    }));

    private static string Digit(Scene scene) => scene.Random.Next(10).ToString(CultureInfo.InvariantCulture);

    private static string Capital(Scene scene) => CopyTexts.LowerCase(scene, 1).ToUpperInvariant();
}
