using System.Text.Json;
using Cremona.Server.Edge;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Cremona.Server.Tests.Edge;

public class RequestParametersTests
{
    [Fact]
    public void Query_WinsOverBody() => Read("?limit=5", """{"limit":10}""").FindInteger("limit").ShouldBe(5);

    [Fact]
    public void Query_IsCaseInsensitive_AndEmptyMeansNotSet()
    {
        Read("?Limit=5", "{}").FindInteger("limit").ShouldBe(5);
        Read("?limit=", """{"limit":10}""").FindInteger("limit").ShouldBe(10);
    }

    [Theory]
    [InlineData("""{"a":10}""", 10L)]
    [InlineData("""{"a":"10"}""", 10L)]
    [InlineData("""{"a":10.0}""", 10L)]
    [InlineData("""{"a":"1.0"}""", 1L)]
    [InlineData("""{"a":863831823174049792}""", 863831823174049792L)]
    [InlineData("""{"a":"867245226706927616"}""", 867245226706927616L)]
    [InlineData("""{"a":9223372036854775807}""", long.MaxValue)]
    [InlineData("""{"a":0}""", null)]
    [InlineData("""{"a":""}""", null)]
    [InlineData("""{"a":null}""", null)]
    [InlineData("{}", null)]
    public void Integers_AreReadInEveryForm(string body, long? value) =>
        Read("", body).FindInteger("a").ShouldBe(value);

    [Theory]
    [InlineData("""{"a":1.5}""")]
    [InlineData("""{"a":"x"}""")]
    [InlineData("""{"a":true}""")]
    [InlineData("""{"a":{}}""")]
    [InlineData("""{"a":9223372036854775808}""")]
    public void Integers_OfAnotherTypeAreRefused(string body) =>
        Should.Throw<ApiException>(() => Read("", body).FindInteger("a")).Message.ShouldBe(
            "invalid params, binding: expr_path=a, cause=parameter type does not match binding data");

    [Theory]
    [InlineData("", """{"a":true}""", true)]
    [InlineData("", """{"a":"true"}""", true)]
    [InlineData("", """{"a":"False"}""", false)]
    [InlineData("", """{"a":1}""", true)]
    [InlineData("", """{"a":null}""", null)]
    [InlineData("?a=false", """{"a":true}""", false)]
    [InlineData("?a=", """{"a":true}""", true)]
    public void Booleans_AreReadInEveryForm(string query, string body, bool? value) =>
        Read(query, body).FindBoolean("a").ShouldBe(value);

    [Theory]
    [InlineData("""{"a":0.5}""", 0.5)]
    [InlineData("""{"a":"0.5"}""", 0.5)]
    [InlineData("""{"a":0}""", null)]
    public void Numbers_AreReadInEveryForm(string body, double? value) =>
        Read("", body).FindNumber("a").ShouldBe(value);

    [Theory]
    [InlineData("\"NaN\"")]
    [InlineData("\"Infinity\"")]
    [InlineData("1e999")]
    public void Numbers_MustBeFinite(string value) =>
        Should.Throw<ApiException>(() => Read("", $$"""{"a":{{value}}}""").FindNumber("a"));

    [Fact]
    public void Missing_NamesTheField() =>
        Should.Throw<ApiException>(() => Read("", "{}").GetString("fine_tuning_job_id")).Message.ShouldBe(
            "invalid params, binding: expr_path=fine_tuning_job_id, cause=missing required parameter");

    [Fact]
    public void NestedObject_IsReadTheSameWay()
    {
        RequestParameters nested = Read("", """{"hyperparameters":{"n_epochs":"3"}}""").GetObject("hyperparameters");

        nested.FindInteger("n_epochs").ShouldBe(3);
        Read("", "{}").GetObject("hyperparameters").FindInteger("n_epochs").ShouldBeNull();
    }

    private static RequestParameters Read(string query, string body) => new(
        new QueryCollection(QueryHelpers.ParseQuery(query)), JsonDocument.Parse(body).RootElement);
}
