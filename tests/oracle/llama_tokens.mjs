// llama.cpp's ids for texts by the tokenizer of a GGUF file, through npm's node-llama-cpp; text is never special.
// node llama_tokens.mjs NODE_MODULES MODEL.gguf TEXTS.json
import {readFileSync} from "node:fs";
import {join, resolve} from "node:path";
import {pathToFileURL} from "node:url";

const [modules, modelPath, textsPath] = process.argv.slice(2);
const entry = join(resolve(modules), "node-llama-cpp", "dist", "index.js");
const {getLlama, LlamaLogLevel} = await import(pathToFileURL(entry));
const llama = await getLlama({
    gpu: false, build: "never", skipDownload: true, progressLogs: false, logLevel: LlamaLogLevel.error,
});
const model = await llama.loadModel({modelPath, vocabOnly: true});
const texts = JSON.parse(readFileSync(textsPath));
process.stdout.write(JSON.stringify(texts.map((text) => model.tokenize(text, false))), () => process.exit(0));
