using Cremona.Inference.Grammar;
using Cremona.Server.Chat.WebSearch;
using Cremona.Server.Edge;
using Cremona.Server.Edge.Calls;
using Cremona.Server.Edge.Telemetry;
using Cremona.Server.Models;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace Cremona.Server.Chat;

/// <summary>Decides which model answers a request and whether it may.</summary>
internal sealed class ChatService(
    IModelCatalog catalog, ChatBackends backends, CallLimiter limiter, ChatClients clients,
    IOptions<TelemetryOptions> telemetry, ILogger<ChatService> log)
{
    private const int OutputTokensDefault = 256;
    private const float TemperatureDefault = 0.9f;
    private const float TopPDefault = 0.95f;

    /// <summary>Finds the model, checks the request against it and the group's limits, and gets it ready.</summary>
    /// <exception cref="ApiException">2013: the model is unknown here, or a number is out of its range; 1026: the
    /// input has a severe word; 1002, 1008, 1039 or 1041: the group asks for more than it may.</exception>
    public async Task<ChatSession> OpenAsync(ChatCall call, CancellationToken cancellationToken)
    {
        ChatRequest request = call.Request;
        ServedModel served = await FindModelAsync(call.GroupId, request.Model, cancellationToken);
        DocumentedModel? promise = DocumentedModels.Find(served.Tuned?.BaseModelName ?? served.RequestedName);
        if (served.Tuned is null && promise is not null && (promise.Surfaces & call.Surface) == 0)
        {
            throw ApiException.UnsupportedModel(request.Model);
        }

        IChatBackend backend = await backends.OpenAsync(served, cancellationToken);
        request.Images.Require(backend, request.Model);
        ChatLimits.Check(request, promise, backend.ContextTokens);
        clients.RequirePlugins(request);
        EngineChatOptions settings = ToSettings(request, call.Surface, promise);
        settings.Meter = call.Meter;
        settings.Group = call.GroupId;

        // Admitted first: what follows is work, and a group that is over its limits gets none.
        long outputTokensMax = settings.MaxOutputTokens ?? settings.DefaultOutputTokens;
        CallPass pass = await limiter.EnterAsync(
            call.GroupId, call.Meter, outputTokensMax * request.AnswerCount, cancellationToken);
        IChatClient? client = null;
        try
        {
            int inputType = clients.ScreenInput(call);
            await HoldAsync(backend, settings, request, request.Offer, cancellationToken);
            EngineChatOptions? closing = await CloseAsync(backend, settings, request, cancellationToken);
            client = await backend.CreateClientAsync(cancellationToken);
            client = clients.Wrap(client, call, isHeld: settings.Grammar is not null, closing);
            var admission = new ChatAdmission(pass, inputType);
            return new ChatSession(client, request, settings, admission, telemetry.Value.LogsContents, log);
        }
        catch
        {
            client?.Dispose();
            pass.Dispose();
            throw;
        }
    }

    /// <exception cref="ApiException">2013: the answer cannot be held to the form that was asked for.</exception>
    private static async Task HoldAsync(
        IChatBackend backend, EngineChatOptions settings, ChatRequest request, ToolOffer? offer,
        CancellationToken cancellationToken)
    {
        RequireTools(backend, request);
        try
        {
            if (offer is not null)
            {
                await backend.OfferAsync(settings, offer, cancellationToken);
            }
            else if (request.Format is { } format
                && !await backend.HoldAsync(settings, format.Source, cancellationToken))
            {
                throw ApiException.InvalidParameters(
                    $"{format.Field} is not available for model {request.Model}, which another server runs; "
                    + "leave it out or use a model that this server runs");
            }
        }
        catch (GrammarException fault) when (request.Explain(fault) is { } mistake)
        {
            throw mistake;
        }
    }

    /// <summary>The settings of a last round, in which the model may not search the web any more; null where the
    /// request does not search.</summary>
    private static async Task<EngineChatOptions?> CloseAsync(
        IChatBackend backend, EngineChatOptions settings, ChatRequest request, CancellationToken cancellationToken)
    {
        if (!request.SearchesWeb)
        {
            return null;
        }

        var closing = new EngineChatOptions(settings);
        await HoldAsync(
            backend, closing, request, request.Offer?.Without(WebSearchPlugin.Name), cancellationToken);
        return closing;
    }

    private static void RequireTools(IChatBackend backend, ChatRequest request)
    {
        string? field = request.Offer is not null ? request.OfferField
            : request.Turns.Any(turn => turn.ToolCalls.Count > 0) ? "messages with calls"
            : null;
        if (field is not null && !backend.KnowsTools)
        {
            throw ApiException.InvalidParameters(
                $"{field} is not available for model {request.Model}, whose chat template has no form for calls of "
                + "functions; leave it out or use another model");
        }
    }

    private async Task<ServedModel> FindModelAsync(string groupId, string name, CancellationToken cancellationToken)
    {
        ServedModel? served = await catalog.FindAsync(groupId, name, cancellationToken);
        return served ?? throw ApiException.UnsupportedModel(name);
    }

    private static EngineChatOptions ToSettings(
        ChatRequest request, ChatSurfaces surface, DocumentedModel? promise) => new()
        {
            ModelId = request.Model,
            Ending = request.Ending,
            TrimsStart = request.Ending == Inference.Templates.ChatEnding.ContinueLast && !request.ContinuesLastMessage,
            MaxOutputTokens = (int?)request.OutputTokens.Value,
            DefaultOutputTokens = promise?.OutputTokensOn(surface) ?? OutputTokensDefault,
            Temperature = (float?)request.Temperature ?? promise?.Temperature ?? TemperatureDefault,
            // What is above 0 stays so, also where a float is too coarse for it.
            TopP = request.TopP is { } topP ? MathF.Max((float)topP, float.Epsilon) : promise?.TopP ?? TopPDefault,
            Seed = request.Seed,
            PresencePenalty = (float?)request.PresencePenalty,
            FrequencyPenalty = (float?)request.FrequencyPenalty,
            StopSequences = [.. request.StopSequences],
            TopLogProbabilities = request.TopLogProbabilities,
            RanksAnswers = request.AnswerCount > 1,
        };
}
