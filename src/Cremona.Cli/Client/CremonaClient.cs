using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cremona.Protocol.Chat;
using Cremona.Protocol.Files;
using Cremona.Protocol.FineTuning;
using Cremona.Protocol.Models;

namespace Cremona.Cli.Client;

/// <summary>Speaks the platform's wire. One method per endpoint; every call has a time limit and throws
/// <see cref="ClientException"/> with one clear line when the server refuses it or is not reached. Safe for
/// concurrent use.</summary>
public sealed class CremonaClient : IDisposable
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(100);
    private static readonly TimeSpan TransferLimit = TimeSpan.FromHours(1);

    private readonly HttpClient _http;

    /// <param name="address">Root of the server, for example <c>http://127.0.0.1:8737</c>.</param>
    /// <param name="key">Sent as <c>Authorization: Bearer</c>; a server in open mode accepts any.</param>
    public CremonaClient(Uri address, string key)
    {
        Address = address;
        SocketsHttpHandler handler = new()
        {
            ConnectTimeout = ConnectLimit,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseProxy = !address.IsLoopback,
            AllowAutoRedirect = false,
        };
        _http = new HttpClient(handler) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    public Uri Address { get; }

    public async Task<Answer<UploadFileResponse>> UploadFileAsync(
        Stream content, string fileName, string purpose, CancellationToken cancellationToken)
    {
        using MultipartFormDataContent form = new()
        {
            { new StringContent(purpose), "purpose" },
            { new StreamContent(content), "file", fileName },
        };
        using HttpRequestMessage request = new(HttpMethod.Post, "v1/files/upload") { Content = form };
        return await SendAsync(request, FilesJson.Default.UploadFileResponse, TransferLimit, cancellationToken);
    }

    public Task<Answer<ListFilesResponse>> ListFilesAsync(string? purpose, CancellationToken cancellationToken) =>
        GetAsync(
            purpose is null ? "v1/files/list" : $"v1/files/list?purpose={Uri.EscapeDataString(purpose)}",
            FilesJson.Default.ListFilesResponse,
            cancellationToken);

    public Task<Answer<RetrieveFileResponse>> RetrieveFileAsync(long fileId, CancellationToken cancellationToken) =>
        GetAsync(FileQuery("v1/files/retrieve", fileId), FilesJson.Default.RetrieveFileResponse, cancellationToken);

    /// <summary>Copies the file's bytes to <paramref name="destination"/> as they arrive.</summary>
    public async Task DownloadFileAsync(long fileId, Stream destination, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, FileQuery("v1/files/retrieve_content", fileId));
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TransferLimit);
        await GuardAsync(
            async () =>
            {
                using HttpResponseMessage response = await OpenAsync(request, limit.Token);
                if (!response.IsSuccessStatusCode
                    || response.Content.Headers.ContentType?.MediaType == "application/json")
                {
                    // Success is never sent as JSON, so this is a refusal.
                    throw await ReadRefusalAsync(response, limit.Token);
                }

                await response.Content.CopyToAsync(destination, limit.Token);
                return true;
            },
            TransferLimit,
            cancellationToken);
    }

    public Task<Answer<DeleteFileResponse>> DeleteFileAsync(long fileId, CancellationToken cancellationToken) =>
        PostAsync("v1/files/delete", new FileIdRequest(fileId), FilesJson.Default.DeleteFileResponse, cancellationToken);

    public Task<Answer<FinetuneJobResponse>> CreateJobAsync(
        CreateJobRequest job, CancellationToken cancellationToken) =>
        PostAsync("v1/create_finetune_job", job, FineTuningJson.Default.FinetuneJobResponse, cancellationToken);

    public Task<Answer<FinetuneJobListResponse>> ListJobsAsync(PageRequest page, CancellationToken cancellationToken) =>
        PostAsync("v1/list_finetune_job", page, FineTuningJson.Default.FinetuneJobListResponse, cancellationToken);

    public Task<Answer<FinetuneJobResponse>> RetrieveJobAsync(string jobId, CancellationToken cancellationToken) =>
        PostAsync(
            "v1/retrieve_finetune_job",
            new JobIdRequest(jobId),
            FineTuningJson.Default.FinetuneJobResponse,
            cancellationToken);

    /// <summary>Cancels an unfinished job; removes a finished one from the lists.</summary>
    public Task<Answer<FinetuneDeletedResponse>> DeleteJobAsync(string jobId, CancellationToken cancellationToken) =>
        PostAsync(
            "v1/delete_finetune_job",
            new JobIdRequest(jobId),
            FineTuningJson.Default.FinetuneDeletedResponse,
            cancellationToken);

    /// <param name="jobId">The job.</param>
    /// <param name="after">How many events to skip: the events' ids are all the job's.</param>
    /// <param name="limit">At most so many events, above 0.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<Answer<FinetuneEventListResponse>> ListEventsAsync(
        string jobId, int after, int limit, CancellationToken cancellationToken) =>
        PostAsync(
            "v1/list_finetune_event",
            new EventPageRequest(jobId, after.ToString(CultureInfo.InvariantCulture), limit),
            FineTuningJson.Default.FinetuneEventListResponse,
            cancellationToken);

    public Task<Answer<FinetuneModelListResponse>> ListTunedModelsAsync(CancellationToken cancellationToken) =>
        PostAsync(
            "v1/list_finetune_model",
            new EmptyRequest(),
            FineTuningJson.Default.FinetuneModelListResponse,
            cancellationToken);

    public Task<Answer<FinetuneDeletedResponse>> DeleteTunedModelAsync(
        string modelId, CancellationToken cancellationToken) =>
        PostAsync(
            "v1/delete_finetune_model",
            new ModelIdRequest(modelId),
            FineTuningJson.Default.FinetuneDeletedResponse,
            cancellationToken);

    /// <summary>Every model that can be called, in the OpenAI shape.</summary>
    public Task<Answer<ModelListResponse>> ListModelsAsync(CancellationToken cancellationToken) =>
        GetAsync("v1/models", ModelsJson.Default.ModelListResponse, cancellationToken);

    /// <summary>One answer of <c>chatcompletion_pro</c>, whole.</summary>
    public Task<Answer<CcpResponse>> ChatAsync(ChatRequest chat, CancellationToken cancellationToken) =>
        PostAsync(
            "v1/text/chatcompletion_pro",
            chat with { Stream = false },
            ChatJson.Default.CcpResponse,
            cancellationToken);

    /// <summary>The answer of <c>chatcompletion_pro</c> piece by piece, as the model writes it.</summary>
    public async IAsyncEnumerable<string> StreamChatAsync(
        ChatRequest chat, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "v1/text/chatcompletion_pro")
        {
            Content = JsonContent.Create(chat with { Stream = true }, ClientJson.Default.ChatRequest),
        };
        using HttpResponseMessage response =
            await GuardAsync(() => OpenAsync(request, cancellationToken), CallLimit, cancellationToken);
        if (response.Content.Headers.ContentType?.MediaType != "text/event-stream")
        {
            // An error before the first piece is plain JSON.
            throw await ReadRefusalAsync(response, cancellationToken);
        }

        using StreamReader lines = new(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await lines.ReadLineAsync(cancellationToken) is { } line)
        {
            if (!line.StartsWith("data:", StringComparison.Ordinal))
            {
                continue;
            }

            using JsonDocument body = JsonDocument.Parse(line[5..]);
            if (ServerFault.FindRefusal(body.RootElement, FindTraceId(response)) is { } refusal)
            {
                throw refusal;
            }

            CcpResponse piece = body.RootElement.Deserialize(ChatJson.Default.CcpResponse)!;
            bool isLast = piece.BaseResponse is not null;
            if (isLast)
            {
                // The last event repeats the whole text.
                yield break;
            }

            yield return piece.Choices is [{ Messages: [.., { } message] }, ..] ? message.Text : "";
        }
    }

    public void Dispose() => _http.Dispose();

    private static string FileQuery(string path, long fileId) =>
        string.Create(CultureInfo.InvariantCulture, $"{path}?file_id={fileId}");

    private static string? FindTraceId(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Trace-Id", out IEnumerable<string>? values) ? values.FirstOrDefault() : null;

    private async Task<Answer<T>> GetAsync<T>(
        string path, JsonTypeInfo<T> shape, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        return await SendAsync(request, shape, CallLimit, cancellationToken);
    }

    private async Task<Answer<T>> PostAsync<T>(
        string path,
        object body,
        JsonTypeInfo<T> shape,
        CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, path)
        {
            Content = JsonContent.Create(body, body.GetType(), options: ClientJson.Default.Options),
        };
        return await SendAsync(request, shape, CallLimit, cancellationToken);
    }

    private async Task<Answer<T>> SendAsync<T>(
        HttpRequestMessage request, JsonTypeInfo<T> shape, TimeSpan limit, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timer.CancelAfter(limit);
        return await GuardAsync(
            async () =>
            {
                using HttpResponseMessage response = await OpenAsync(request, timer.Token);
                string text = await response.Content.ReadAsStringAsync(timer.Token);
                return Read(response, text, shape);
            },
            limit,
            cancellationToken);
    }

    private Task<HttpResponseMessage> OpenAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    private Answer<T> Read<T>(HttpResponseMessage response, string text, JsonTypeInfo<T> shape)
    {
        try
        {
            using JsonDocument body = JsonDocument.Parse(text);
            if (ServerFault.FindRefusal(body.RootElement, FindTraceId(response)) is { } refusal)
            {
                throw refusal;
            }

            return response.IsSuccessStatusCode
                ? new Answer<T>(body.RootElement.Deserialize(shape)!, text)
                : throw ServerFault.NotThePlatform(Address, (int)response.StatusCode);
        }
        catch (JsonException fault)
        {
            throw ServerFault.NotThePlatform(Address, (int)response.StatusCode, fault);
        }
    }

    private async Task<ClientException> ReadRefusalAsync(
        HttpResponseMessage response, CancellationToken cancellationToken)
    {
        string text = await response.Content.ReadAsStringAsync(cancellationToken);
        try
        {
            using JsonDocument body = JsonDocument.Parse(text);
            return ServerFault.FindRefusal(body.RootElement, FindTraceId(response))
                ?? ServerFault.NotThePlatform(Address, (int)response.StatusCode);
        }
        catch (JsonException fault)
        {
            return ServerFault.NotThePlatform(Address, (int)response.StatusCode, fault);
        }
    }

    private async Task<T> GuardAsync<T>(Func<Task<T>> call, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (HttpRequestException fault)
        {
            throw ServerFault.NotReached(Address, fault);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw ServerFault.TooSlow(Address, limit);
        }
    }
}
