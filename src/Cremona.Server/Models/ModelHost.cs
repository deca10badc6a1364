using Cremona.Inference.Adapters;
using Cremona.Inference.Checkpoints;
using Cremona.Inference.Grammar;
using Cremona.Inference.Scheduling;
using Cremona.Protocol.Errors;
using Cremona.Server.Edge;
using Cremona.Server.Storage;
using Microsoft.Extensions.Options;

namespace Cremona.Server.Models;

/// <inheritdoc cref="IModelHost"/>
public sealed class ModelHost(
    IModelReader reader, IModelCatalog catalog, IBlobStore blobs, IOptions<ModelsOptions> options,
    ILogger<ModelHost> log)
    : IModelHost, IDisposable
{
    private const long Megabyte = 1_000_000;

    private readonly SharedLoads<LanguageModel> _models = new();
    private readonly LoadedStock<IGenerationEngine> _engines = new(
        options.Value.MemoryMegabytesMax * Megabyte,
        (id, bytes) => Refuse(id, bytes, ("Models:MemoryMegabytesMax", options.Value.MemoryMegabytesMax), log),
        (id, engine) => End(id, engine, log));

    private readonly LoadedStock<LoraAdapter> _adapters = new(
        options.Value.AdapterMegabytesMax * Megabyte,
        (id, bytes) => Refuse(id, bytes, ("Models:AdapterMegabytesMax", options.Value.AdapterMegabytesMax), log));

    private readonly GrammarCache _grammars = new(options.Value.GrammarMegabytesMax * Megabyte);

    public Task<LanguageModel> LoadAsync(BaseModel model, CancellationToken cancellationToken) =>
        _models.GetAsync(model.Id, () => Task.Run(() => ReadModel(model)), cancellationToken);

    public Task<LoadedHold<IGenerationEngine>> HoldEngineAsync(BaseModel model, CancellationToken cancellationToken) =>
        _engines.HoldAsync(
            model.Id, new(() => MeasureEngineAsync(model), () => StartEngineAsync(model)), cancellationToken);

    public async Task<LoraAdapter> LoadAdapterAsync(TunedModel model, CancellationToken cancellationToken)
    {
        using LoadedHold<LoraAdapter> adapter = await _adapters.HoldAsync(
            model.Id, new(() => MeasureAdapterAsync(model), () => ReadAdapterAsync(model)), cancellationToken);
        return adapter.Value;
    }

    public async Task<TokenGrammar> LoadGrammarAsync(
        BaseModel model, GrammarSource source, CancellationToken cancellationToken)
    {
        LanguageModel loaded = await LoadAsync(model, cancellationToken);
        return await Task.Run(
            () => CompileBudget.Run(() => _grammars.Get(source, loaded.Tokenizer), cancellationToken),
            cancellationToken);
    }

    public void DropAdapter(string tunedModelId) => _adapters.Drop(tunedModelId);

    public void Dispose() => _engines.Clear();

    private static void End(string id, IGenerationEngine engine, ILogger log)
    {
        (engine as IDisposable)?.Dispose();
        log.ModelLeft(id, engine.WeightBytes / Megabyte);

        // The room is promised to the next model, which the collector does not know.
        if (engine.WeightBytes > 0) GC.Collect();
    }

    private static ApiException Refuse(string id, long bytes, (string Name, int Megabytes) setting, ILogger log)
    {
        long megabytes = (bytes + Megabyte - 1) / Megabyte;
        log.ModelTooLarge(id, megabytes, setting.Name, setting.Megabytes);
        return new ApiException(
            ApiError.Internal,
            $"internal service error, model {id} takes {megabytes} MB of memory and {setting.Name} is {setting.Megabytes}; "
            + "take another model, or ask the operator for more memory or smaller weights");
    }

    private async Task<long> MeasureEngineAsync(BaseModel model) =>
        reader.MeasureEngine(await LoadAsync(model, CancellationToken.None), model.Weights);

    private LanguageModel ReadModel(BaseModel model)
    {
        string folder = model.Folder ?? throw ApiException.InvalidParameters(
            $"model {model.Id} has no weights on this server; take another model, or ask the operator to set Models:Entries:{model.Id}:Folder");
        LanguageModel loaded = Read(model.Id, () => reader.ReadModel(folder));
        log.ModelLoaded(model.Id, folder, loaded.Config.ContextLength);
        return loaded;
    }

    private async Task<IGenerationEngine> StartEngineAsync(BaseModel model)
    {
        LanguageModel loaded = await LoadAsync(model, CancellationToken.None);
        return await Task.Run(() => Read(model.Id, () => reader.StartEngine(loaded, model.Weights)));
    }

    private async Task<long> MeasureAdapterAsync(TunedModel model)
    {
        string folder = await blobs.MaterializeFolderAsync(model.AdapterKey, CancellationToken.None);
        return Read(model.Id, () => reader.MeasureAdapter(folder));
    }

    private async Task<LoraAdapter> ReadAdapterAsync(TunedModel model)
    {
        BaseModel trainedOn = catalog.FindBase(model.BaseModelId)
            ?? throw new InvalidDataException($"{model.Id}: its base model {model.BaseModelId} is not configured any more");
        LanguageModel loaded = await LoadAsync(trainedOn, CancellationToken.None);
        string folder = await blobs.MaterializeFolderAsync(model.AdapterKey, CancellationToken.None);
        LoraAdapter adapter = Read(model.Id, () => reader.ReadAdapter(folder, loaded.Config));
        log.AdapterLoaded(model.Id, adapter.Rank);
        return adapter;
    }

    /// <summary>Callers are told which model is broken, the operator also where and why. Another attempt at a job does
    /// not help.</summary>
    private T Read<T>(string id, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception fault) when (fault is InvalidDataException or FileNotFoundException
            or DirectoryNotFoundException)
        {
            log.ModelFailed(fault, id);
            throw new ApiException(
                ApiError.Internal, $"internal service error, the files of model {id} cannot be read; the server's log says why");
        }
    }
}
