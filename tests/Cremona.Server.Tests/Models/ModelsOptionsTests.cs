using Cremona.Server.Models;
using Cremona.Server.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Cremona.Server.Tests.Models;

public class ModelsOptionsTests
{
    [Theory]
    [InlineData("abab5.5-chat", 16_384, 0.9f)]
    [InlineData("abab5.5s-chat-240123", 8192, 0.9f)]
    [InlineData("abab6.5s-chat", 245_760, 0.1f)]
    [InlineData("abab7-chat-preview", 245_760, 0.1f)]
    [InlineData("MiniMax-Text-01", 1_000_192, 0.1f)]
    public void DocumentedModel_IsFound_WithAndWithoutItsDate(string name, int context, float temperature)
    {
        DocumentedModel? model = DocumentedModels.Find(name);

        model.ShouldNotBeNull();
        model.ContextTokens.ShouldBe(context);
        model.Temperature.ShouldBe(temperature);
    }

    [Theory]
    [InlineData("nano")]
    [InlineData("abab5.5-chat-new")]
    [InlineData("abab5.5-chat-1")]
    [InlineData("-240123")]
    public void DocumentedModel_IsNotFound_ForOtherNames(string name) => DocumentedModels.Find(name).ShouldBeNull();

    [Fact]
    public async Task AddedModel_IsServedAfterTheNextStart()
    {
        string data = Directory.CreateTempSubdirectory("cremona-models-").FullName;
        var file = new ModelsFile(new DataFolder(Options.Create(new StorageOptions { DataFolder = data })));
        await file.AddAsync("mine", new ModelEntry { Folder = "/models/mine", Aliases = ["my-chat"] }, default);
        await file.AddAsync("other", new ModelEntry { Folder = "/models/other" }, default);

        await using (ServerFixture server = await ServerFixture.StartAsync(dataFolder: data, configure: null))
        {
            IModelCatalog catalog = server.Services.GetRequiredService<IModelCatalog>();
            catalog.FindBase("my-chat")!.Folder.ShouldBe("/models/mine");
            catalog.FindBase("other")!.Folder.ShouldBe("/models/other");
            catalog.FindBase("abab6.5s-chat")!.Id.ShouldBe("nano");
            catalog.FindBase("nobody").ShouldBeNull();
        }

        Directory.Delete(data, recursive: true);
    }

    [Theory]
    [InlineData("--Models:Entries:mine:Folder=", "Models:Entries:mine:Folder is ''; name the model's Hugging Face folder or GGUF file.")]
    [InlineData("--Models:Entries:mine:Aliases:0=nano", "Models:Entries: the name 'nano' belongs to several models; leave it to one of them.")]
    [InlineData("--Models:Entries:far:Upstream:Model=x", "Models:Entries:far:Upstream:Urls is empty; name at least one address such as http://gpu1:8000/v1.")]
    [InlineData("--Models:Entries:far:Upstream:Urls:0=gpu1:8000", "Models:Entries:far:Upstream:Urls:0 is 'gpu1:8000'; give an absolute http or https address without query, fragment, name or password, such as http://gpu1:8000/v1; a key belongs in Models:Entries:far:Upstream:Key.")]
    [InlineData("--Models:Entries:far:Upstream:Urls:0=http://gpu1:8000/v1#top", "Models:Entries:far:Upstream:Urls:0 is 'http://gpu1:8000/v1#top'; give")]
    [InlineData("--Models:Entries:far:Upstream:Urls:0=http://me:hidden@gpu1:8000/v1", "Models:Entries:far:Upstream:Urls:0 is not shown, for it may hold a key or a password; give")]
    [InlineData("--Models:Entries:far:Upstream:Urls:0=http://gpu1:8000/v1?key=hidden", "Models:Entries:far:Upstream:Urls:0 is not shown, for it may hold a key or a password; give")]
    [InlineData("--Models:Entries:far:Upstream:LoadsAdapters=true", "Models:Entries:far:Upstream:LoadsAdapters needs Models:Entries:far:Folder; name the weights that models are tuned on.")]
    [InlineData("--Models:Entries:far:Upstream:TokenSeconds=0", "Models:Entries:far:Upstream:TokenSeconds: The field TokenSeconds must be between 0.01 and 86400.")]
    [InlineData("--Models:TunedModelLapse=00:30:00", "Models:TunedModelLapse is 00:30:00; calls are noted by the hour, so give at least a day, or 0 to keep all.")]
    [InlineData("--Models:Preloaded=gone", "Models:Preloaded is 'gone', which is no id of Models:Entries.")]
    public async Task WrongEntry_StopsTheStart_SayingWhichAndWhy(string setting, string message)
    {
        OptionsValidationException fault = await Should.ThrowAsync<OptionsValidationException>(
            () => ServerFixture.StartAsync("--Models:Entries:mine:Folder=/m", setting));

        fault.Message.ShouldContain(message);
        fault.Message.ShouldNotContain("hidden");
    }
}
