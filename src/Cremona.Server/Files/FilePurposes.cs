using System.Collections.Frozen;
using Cremona.Server.Edge;

namespace Cremona.Server.Files;

/// <summary>The purposes of the wire, and who may use them. Only <c>voice_clone</c> looks at the extension; every other
/// purpose is checked where the file is used.</summary>
public static class FilePurposes
{
    public const string VoiceClone = "voice_clone";

    private static readonly FrozenSet<string> Uploadable = FrozenSet.Create(
        "retrieval", "fine-tune", VoiceClone, "assistants", "role-recognition", "prompt_audio", "t2a_async_input",
        "video_generation", "video_understanding");

    private static readonly FrozenSet<string> ServerOnly = FrozenSet.Create("fine-tune-result", "t2a_async");

    private static readonly FrozenSet<string> VoiceExtensions =
        FrozenSet.Create(StringComparer.OrdinalIgnoreCase, ".mp3", ".m4a", ".wav");

    /// <exception cref="ApiException">2013: unknown, or made by the server only.</exception>
    public static void CheckUploadable(string purpose)
    {
        if (!Uploadable.Contains(purpose))
        {
            throw ApiException.InvalidParameters($"unsupported purpose: {purpose}");
        }
    }

    /// <exception cref="ApiException">2013: no file can have it.</exception>
    public static void CheckKnown(string purpose)
    {
        if (!ServerOnly.Contains(purpose))
        {
            CheckUploadable(purpose);
        }
    }

    /// <exception cref="ApiException">2013: the extension does not fit.</exception>
    public static void CheckFileName(string purpose, string fileName)
    {
        string extension = Path.GetExtension(fileName);
        if (purpose == VoiceClone && !VoiceExtensions.Contains(extension))
        {
            throw ApiException.InvalidParameters($"unsupported file type {extension} for purpose {purpose}");
        }
    }
}
