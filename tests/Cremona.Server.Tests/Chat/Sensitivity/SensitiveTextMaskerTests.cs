using Cremona.Server.Chat.Sensitivity;
using CsCheck;

namespace Cremona.Server.Tests.Chat.Sensitivity;

public class SensitiveTextMaskerTests
{
    private static readonly string[] Parts =
    [
        "a@b.com", "写信给Li.Lei@example.cn。", "see https://x.org/a?b=c ok", "WWW.Example.COM", "11010519491231002X", "你好", " ",
        "Hello, world.", "3.14", "e.g. this", "a.b", "@", ".", "com", "\U0001F600", "\u212a", "1", "http", "://",
        "北京市", "海淀区", "人民路", "12号", "3单元501室", "12 ", "Main ", "Street", ", Apt 5", "住在", "，",
        "Road", ", London", "!", "138 ", "1234 ", "5678", "010-", "+86 ", "(", ")", "-",
    ];

    private static readonly string[] EnglishParts =
    [
        "12", "4", "12 ", "N. ", "Abbey ", "Main", "Street", "Road", "St", " ", " # ", " #", "Apt", ", Apt ", "Flat 2B", "5", "4B", "-", ",", ", ",
        ".", ", London", "London ", "42nd ", "and ", "x",
    ];

    private static readonly string[] AddressParts =
    [
        "北京", "市", "海淀", "区", "人民", "路", "街", "街道", "道", "里", "村", "自治", "小区", "大厦", "胡", "同", "东", "12", "号", "3",
        "栋", "单元", "501", "室", "A", "座", "十二", "弄", "选", "手", "线", "文", "件", "住在", "地址：", "的", "，", "-", "很好", "院", "楼",
    ];

    [Theory]
    [InlineData("mail li@example.com now", "mail ************** now")]
    [InlineData("邮箱a.b+c@d-e.com.cn。", "邮箱****************。")]
    [InlineData("see https://x.org/a?b=c#d 吧", "see ********************* 吧")]
    [InlineData("go to www.Example.COM today", "go to *************** today")]
    [InlineData("身份证11010519491231002X号", "身份证******************号")]
    [InlineData("pi is 3.14, e.g. this. Well...", "pi is 3.14, e.g. this. Well...")]
    [InlineData("call 13812345678, +86-13812345678 or 138-1234-5678 now", "call ***********, *************** or ************* now")]
    [InlineData("电话13812345678。", "电话***********。")]
    [InlineData("number 213812345678 and 12812345678", "number 213812345678 and 12812345678")]
    [InlineData("order 110105194912310021234", "order 110105194912310021234")]
    [InlineData("call 138 1234 5678, +86 138 1234 5678 or 86 13812345678!", "call *************, ***************** or **************!")]
    [InlineData("电话010-12345678，(010) 12345678。", "电话************，**************。")]
    [InlineData("at 0755 1234567, 0755-1234 5678 or 02112345678", "at ************, ************** or ***********")]
    [InlineData("or +86 10 12345678 and +86-(0)755-12345678-801 too", "or *************** and *********************** too")]
    [InlineData("138 1234 5678 139 1234 5678", "************* *************")]
    [InlineData("138 1234 567, 138 12345678 9, 0.01012345678, 2010-12345678", "138 1234 567, 138 12345678 9, 0.01012345678, 2010-12345678")]
    [InlineData("ISBN 978-010-12345678, from 1300 to 1500, 011-12345678", "ISBN 978-010-12345678, from 1300 to 1500, 011-12345678")]
    [InlineData("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18")]
    public void Text_IsMasked_WhereItIsSensitive(string text, string expected)
    {
        Mask([text]).ShouldBe(expected);
        Mask(text.Select(c => c.ToString())).ShouldBe(expected);
    }

    [Theory]
    [InlineData("我住在北京市海淀区中关村大街27号1101室。", "我住在*******************。")]
    [InlineData("广东省深圳市南山区科技园路1号院3栋2单元501室", "*************************")]
    [InlineData("寄到朝阳区建国路88号，谢谢", "寄到*********，谢谢")]
    [InlineData("地址：人民路12号", "地址：******")]
    [InlineData("上海浦东新区世纪大道100号吧", "**************吧")]
    [InlineData("在阳光小区3栋2单元501室等", "在*************等")]
    [InlineData("He lives at 221 Baker Street, Apt 5, near", "He lives at ***********************, near")]
    [InlineData("at 12 N. Main St, Apt 5 and 4 East 42nd Street!", "at ******************** and ******************!")]
    [InlineData("I left 8 Sunset Boulevard: it", "I left ******************: it")]
    [InlineData("at 3 Abbey Road, London NW8 9AY", "at ************, London NW8 9AY")]
    [InlineData("at 3 Elm Dr., Springfield.", "at ********., Springfield.")]
    [InlineData("at 12 Abbey Road # 4 and", "at ***************** and")]
    [InlineData("at 12 Abbey Road, #. 4 and", "at ******************* and")]
    [InlineData("at 3 Elm Court, Flat 2B; or", "at ********************; or")]
    [InlineData("他的地址是解放军南锣鼓胡同12号", "他的地址是***********")]
    [InlineData("我住幸福小区A座301室", "我住**********")]
    [InlineData("北京市朝阳区幸福小区3栋501室", "****************")]
    [InlineData("北京市朝阳区建国路十二号", "************")]
    public void HomeAddresses_AreMasked(string text, string expected)
    {
        Mask([text]).ShouldBe(expected);
        Mask(text.Select(c => c.ToString())).ShouldBe(expected);
    }

    [Theory]
    [InlineData("北京市海淀区有很多大学")]
    [InlineData("坐地铁2号线到人民路站")]
    [InlineData("人民路12号是一家商店")]
    [InlineData("2024年5月1日上海市发布第3号文件")]
    [InlineData("走了100里路，路上看到3号选手")]
    [InlineData("In 2024 Wall Street fell by 12 Percent")]
    [InlineData("the 3 Streets of Rome, 12 main street, and Main Street")]
    [InlineData("version 3.12 Main Street")]
    [InlineData("乡村小路一座桥")]
    [InlineData("城市公园里一座雕像")]
    [InlineData("城市公园里3号选手")]
    [InlineData("一个小县城里一座破旧的庙")]
    [InlineData("从前有个村子里一户人家")]
    [InlineData("城市街道一座座高楼")]
    [InlineData("城市道路三层立交")]
    [InlineData("本市老旧小区一户一策改造")]
    [InlineData("本市老旧小区3户居民、5栋楼")]
    [InlineData("北京市幸福小区3室2厅")]
    [InlineData("我国城市铁路一号线")]
    [InlineData("我国城市铁路1号线")]
    [InlineData("该市修建公路三座桥梁")]
    [InlineData("该市修建公路3座桥梁")]
    [InlineData("the 9 Supreme Court justices")]
    [InlineData("15 Google Drive files")]
    [InlineData("Step 2 Open Google Drive and")]
    [InlineData("Step 2 Open Google Drive, Then click")]
    [InlineData("Step 2 Open Google Drive Unit tests")]
    [InlineData("at 5 Meet Dr. Smith")]
    [InlineData("Model 3 Test Drive")]
    [InlineData("Chapter 2 The Silk Road, Marco Polo")]
    [InlineData("Chapter 2 The Silk Road")]
    [InlineData("On May 12 Visit St Paul")]
    [InlineData("Top 10 Abbey Road songs")]
    [InlineData("the 10 Biggest Wall Street Banks")]
    public void WhatIsNoHomeAddress_Stays(string text)
    {
        Mask([text]).ShouldBe(text);
        Mask(text.Select(c => c.ToString())).ShouldBe(text);
    }

    [Theory]
    [InlineData("""{"phone":13812345678,"text":"13812345678"}""", """{"phone":13812345678,"text":"***********"}""")]
    [InlineData("""{"a":"\nbob@a.com"}""", """{"a":"\n*********"}""")]
    [InlineData("""{"a":"\u0041b@x.com"}""", """{"a":"********"}""")]
    [InlineData("""{"a":"see https:\/\/x.org\/y, ok"}""", """{"a":"see **************** ok"}""")]
    [InlineData("""{"a":"1381234567\u0038"}""", """{"a":"***********"}""")]
    [InlineData("""{"a":"\u5317京市海淀区人民路1\u0032号"}""", """{"a":"************"}""")]
    [InlineData("""{"\u0061@b.com":"\ud83d\ude00 a@b.com \u12""", """{"*******":"\ud83d\ude00 ******* \u12""")]
    [InlineData("""{"a":"https://a.com\"x"}""", """{"a":"*************\"x"}""")]
    [InlineData("""{"a":"\\","b":"a@b.com"}""", """{"a":"\\","b":"*******"}""")]
    [InlineData("""{"a":"At:\n12 Main Street, Paris"}""", """{"a":"At:\n**************, Paris"}""")]
    [InlineData("""{"a":"\"12 Main Street\""}""", """{"a":"\"**************\""}""")]
    [InlineData("""{"a":"我住\n北京市海淀区人民路12号","b":3}""", """{"a":"我住\n************","b":3}""")]
    public void Json_StaysJson_WholeAndInPieces(string json, string expected)
    {
        Mask([json], isJson: true).ShouldBe(expected);
        Mask(json.Select(c => c.ToString()), isJson: true).ShouldBe(expected);
        if (json.EndsWith('}'))
        {
            System.Text.Json.JsonDocument.Parse(expected).Dispose();
        }
    }

    [Theory]
    [InlineData("1.. ")]
    [InlineData("1 A, ")]
    [InlineData("村")]
    [InlineData("市")]
    [InlineData("路1-1号")]
    public void Work_IsBounded_WhenTextNearlyIsAnAddress(string unit)
    {
        string text = string.Concat(Enumerable.Repeat(unit, 1000)) + "。";
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Mask(text.Select(c => c.ToString())).Length.ShouldBe(text.Length);
        Mask(["市" + text]).Length.ShouldBe(text.Length + 1);
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void HomeAddresses_AreMaskedInPieces_AsInTheWholeText() => Gen.OneOf(
        Gen.OneOf([.. AddressParts.Select(Gen.Const)]).Array[0, 14],
        Gen.OneOf([.. EnglishParts.Select(Gen.Const)]).Array[0, 14]).Sample(
            parts =>
            {
                string text = string.Concat(parts);
                bool[] isMasked = new bool[text.Length];
                HomeAddresses.Mask(text, 0, isMasked);

                Mask(text.Select(c => c.ToString()))
                    .ShouldBe(string.Concat(text.Select((c, index) => isMasked[index] ? '*' : c)));
            },
            iter: 20_000);

    [Theory]
    [InlineData("我们在路上走了很久，谁也不知道里面有什么。", 6)]
    [InlineData("今天的天气非常好，大家一起去公园散步吧！", 5)]
    [InlineData("人工智能正在改变我们的生活方式，同时也带来了新的问题。", 5)]
    public void ChineseText_IsHeldBack_AsFarAsItMayBecomeAnAddressOnly(string text, int heldMax)
    {
        var masker = new SensitiveTextMasker();
        int held = 0;
        int most = 0;
        foreach (char c in text)
        {
            held += 1 - masker.Append(c.ToString()).Length;
            most = Math.Max(most, held);
        }

        held.ShouldBe(0);
        most.ShouldBe(heldMax);
    }

    [Fact]
    public void MaskedText_DoesNotDependOnItsPieces() => Gen.Select(
        Gen.OneOf([.. Parts.Select(Gen.Const)]).Array[0, 12], Gen.Int[1, 5]).Sample(
        (parts, size) =>
        {
            string text = string.Concat(parts);
            IEnumerable<string> pieces = text.Chunk(size).Select(piece => new string(piece));
            Mask(pieces).ShouldBe(Mask([text]));
            Mask(pieces).Length.ShouldBe(text.Length);
        });

    [Theory]
    [InlineData(" [\"a@b.com\", 13800138000]", " [\"*******\", 13800138000]")]
    [InlineData("[\"\\u0041@b.com\"]", "[\"*******\"]")]
    [InlineData("a: [13800138000]", "a: [***********]")]
    public void UnknownForm_IsToldByItsBeginning(string text, string masked) =>
        Mask(text.Select(c => c.ToString()), isJson: null).ShouldBe(masked);

    private static string Mask(IEnumerable<string> pieces, bool? isJson = false)
    {
        var masker = new SensitiveTextMasker(isJson);
        return string.Concat(pieces.Select(masker.Append)) + masker.Flush();
    }
}
