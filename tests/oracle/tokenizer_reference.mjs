// The ids of npm's @huggingface/tokenizers for texts, without special tokens of a post-processor.
// node tokenizer_reference.mjs NODE_MODULES tokenizer.json TEXTS.json
import {readFileSync} from "node:fs";
import {join, resolve} from "node:path";
import {pathToFileURL} from "node:url";

const [modules, path, textsPath] = process.argv.slice(2);
const entry = join(resolve(modules), "@huggingface", "tokenizers", "dist", "tokenizers.mjs");
const {Tokenizer} = await import(pathToFileURL(entry));
const tokenizer = new Tokenizer(JSON.parse(readFileSync(path)), {});
const texts = JSON.parse(readFileSync(textsPath));
console.log(JSON.stringify(texts.map((text) => tokenizer.encode(text, {add_special_tokens: false}).ids)));
