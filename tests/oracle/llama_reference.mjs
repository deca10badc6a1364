// llama.cpp's numbers for a GGUF file, through npm's node-llama-cpp.
// node llama_reference.mjs NODE_MODULES MODEL.gguf PROMPT_IDS_JSON COUNT
// Prints {"ids": greedy ids after the prompt, "logs": for each prompt position the log-probability of every id}.
import {join, resolve} from "node:path";
import {pathToFileURL} from "node:url";

const [modules, modelPath, promptJson, count] = process.argv.slice(2);
const entry = join(resolve(modules), "node-llama-cpp", "dist", "index.js");
const {getLlama, LlamaLogLevel} = await import(pathToFileURL(entry));
const llama = await getLlama({
    gpu: false, build: "never", skipDownload: true, progressLogs: false, logLevel: LlamaLogLevel.error,
});
const model = await llama.loadModel({modelPath});
// One thread: several would wait for each other on a busy machine.
const context = await model.createContext({contextSize: 512, threads: 1});
const sequence = context.getSequence();
const prompt = JSON.parse(promptJson);

const outputs = await sequence.controlledEvaluate(
    prompt.map((id) => [id, {generateNext: {probabilities: true}}]));
const logs = outputs.map(({next}) => {
    const row = [];
    for (const [id, probability] of next.probabilities) row[id] = Math.log(probability);
    return row;
});

await sequence.clearHistory();
const ids = [];
if (Number(count) > 0) {
    for await (const id of sequence.evaluate(prompt, {temperature: 0})) {
        ids.push(id);
        if (ids.length === Number(count)) break;
    }
}

process.stdout.write(JSON.stringify({ids, logs}), () => process.exit(0));
