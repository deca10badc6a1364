namespace Cremona.Server.Models;

/// <summary>A fine-tuned model: an adapter over a base model, owned by one group.</summary>
/// <param name="Id">The wire name, <c>ft:{base}_{ms}:{suffix}</c>.</param>
/// <param name="GroupId">The owner.</param>
/// <param name="BaseModelName">The wire name of the base as it was asked for in the job.</param>
/// <param name="BaseModelId">The <see cref="BaseModel.Id"/> that the name meant when the job was created.</param>
/// <param name="CreatedAtMs">Unix time in milliseconds.</param>
/// <param name="AdapterKey">Blob key prefix of the PEFT folder.</param>
/// <param name="JobId">The job that made it.</param>
/// <param name="CalledAtMs">Unix time of the last call in milliseconds, to the hour; 0 before the first.</param>
public sealed record TunedModel(
    string Id,
    string GroupId,
    string BaseModelName,
    string BaseModelId,
    long CreatedAtMs,
    string AdapterKey,
    string JobId,
    long CalledAtMs = 0);
