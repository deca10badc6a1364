// How many characters of each text are unassigned in the Unicode version of this Node.js.
// node unassigned_characters.mjs NODE_MODULES TEXTS.json
import {readFileSync} from "node:fs";

const texts = JSON.parse(readFileSync(process.argv[3]));
console.log(JSON.stringify(texts.map((text) => (text.match(/\p{Cn}/gu) ?? []).length)));
