namespace Cremona.Training.Backward;

/// <summary>What the attention of one block keeps from its forward pass.</summary>
internal readonly record struct AttentionTensors(
    float[] Query, // [tokens, querySize], rotated
    float[] Key, // [tokens, keyValueSize], rotated
    float[] Value, // [tokens, keyValueSize]
    float[] Attended, // [tokens, querySize]
    float[] LogSums); // [tokens, headCount]
