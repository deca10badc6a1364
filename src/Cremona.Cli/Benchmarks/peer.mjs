// The other side of `cremona bench inference --peer`: runs llama.cpp through npm's node-llama-cpp.
// Started as: node peer.mjs NODE_MODULES. One JSON object a line comes in, one goes out.
import {createInterface} from "node:readline";
import {join, resolve} from "node:path";
import {pathToFileURL} from "node:url";

const entry = join(resolve(process.argv[2]), "node-llama-cpp", "dist", "index.js");
const {getLlama, LlamaLogLevel} = await import(pathToFileURL(entry));
const llama = await getLlama({
    gpu: false, build: "never", skipDownload: true, progressLogs: false, logLevel: LlamaLogLevel.error,
});
let model, context, sequences;

const operations = {
    async load({path, threads, sequences: count, context: contextSize}) {
        await context?.dispose();
        await model?.dispose();
        model = await llama.loadModel({modelPath: path});
        // The size is that of one sequence.
        context = await model.createContext({contextSize, sequences: count, batchSize: 512, threads});
        sequences = Array.from({length: count}, () => context.getSequence());
        return {system: llama.systemInfo};
    },
    async prompt({tokens}) {
        return timed(() => sequences[0].evaluateWithoutGeneratingNewTokens(prompt(tokens)));
    },
    async generate({sequences: count, tokens}) {
        return timed(() => Promise.all(sequences.slice(0, count).map((sequence) => greedy(sequence, prompt(8), tokens))));
    },
    async greedy({prompt: ids, tokens}) {
        await clear();
        return {ids: await greedy(sequences[0], ids, tokens)};
    },
    async probabilities({prompt: ids}) {
        await clear();
        const wanted = ids.map((id) => [id, {generateNext: {probabilities: true}}]);
        const outputs = await sequences[0].controlledEvaluate(wanted);
        return {rows: outputs.map(({next}) => {
            const row = [];
            for (const [id, probability] of next.probabilities) row[id] = probability;
            return row;
        })};
    },
};

async function clear() {
    for (const sequence of sequences) await sequence.clearHistory();
}

async function timed(work) {
    await clear();
    const start = performance.now();
    await work();
    return {seconds: (performance.now() - start) / 1000};
}

function prompt(tokens) {
    return Array.from({length: tokens}, (_, i) => 300 + i * 37 % 1000);
}

async function greedy(sequence, ids, tokens) {
    const out = [];
    for await (const id of sequence.evaluate(ids, {temperature: 0})) {
        out.push(id);
        if (out.length === tokens) break;
    }
    return out;
}

for await (const line of createInterface({input: process.stdin})) {
    const {op, ...request} = JSON.parse(line);
    let answer;
    try {
        answer = await operations[op](request);
    } catch (fault) {
        answer = {error: String(fault)};
    }
    process.stdout.write(JSON.stringify(answer) + "\n");
}
process.exit(0);
