namespace Cremona.Cli.Benchmarks;

/// <summary>What <c>cremona bench inference</c> measured.</summary>
/// <param name="Machine">The processor, and how many of them.</param>
/// <param name="Isa">Instruction sets of Cremona: for floats, and for products of 8-bit integers.</param>
/// <param name="PeerSystem">What llama.cpp says of its own, or null without a peer.</param>
/// <param name="Threads">Threads of either side.</param>
/// <param name="Load">Load averages of the machine when the run began; above zero others used the processors
/// too.</param>
/// <param name="Repeats">Measurements of each cell; a cell holds their median.</param>
/// <param name="Cells">Rates.</param>
/// <param name="Bandwidth">Reading memory, and how near the generation of one sequence came to it.</param>
/// <param name="Cache">How keys and values lay in memory.</param>
/// <param name="Relatives">Of Cremona alone: one of its times or rates over another.</param>
internal sealed record InferenceReport(
    string Machine, string Isa, string? PeerSystem, int Threads, string Load, int Repeats,
    IReadOnlyList<InferenceCell> Cells, BandwidthFigures Bandwidth, string Cache,
    IReadOnlyList<RelativeFigure> Relatives);
