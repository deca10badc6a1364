using Cremona.Protocol.Errors;

namespace Cremona.Protocol.Tests.Errors;

public class ApiErrorCatalogueTests
{
    [Fact]
    public void Catalogue_HasEveryCodeOnce_InOrder() =>
        ApiErrorCatalogue.Entries.Select(entry => entry.Error).ShouldBe(Enum.GetValues<ApiError>());

    [Theory]
    [InlineData(ApiError.Unauthorized, 401)]
    [InlineData(ApiError.InvalidApiKey, 401)]
    [InlineData(ApiError.InvalidParameters, 400)]
    [InlineData(ApiError.InputSensitive, 400)]
    [InlineData(ApiError.OutputSensitive, 400)]
    [InlineData(ApiError.InsufficientBalance, 402)]
    [InlineData(ApiError.RequestRateLimited, 429)]
    [InlineData(ApiError.TokenRateLimited, 429)]
    [InlineData(ApiError.Unknown, 500)]
    [InlineData(ApiError.Internal, 500)]
    public void Catalogue_MapsCodesToHttp(ApiError error, int status) =>
        ApiErrorCatalogue.Find(error).HttpStatus.ShouldBe(status);

    [Fact]
    public void Reference_HasARowPerCode()
    {
        string page = ErrorReference.Render();

        foreach (ApiErrorEntry entry in ApiErrorCatalogue.Entries)
        {
            page.ShouldContain($"| {(int)entry.Error} | {entry.HttpStatus} |");
        }
    }
}
