// What npm's @huggingface/jinja renders; null where it raises an error.
// node jinja_reference.mjs NODE_MODULES CASES.json
import {readFileSync} from "node:fs";
import {join, resolve} from "node:path";
import {pathToFileURL} from "node:url";

const [modules, path] = process.argv.slice(2);
const entry = join(resolve(modules), "@huggingface", "jinja", "dist", "index.js");
const {Template} = await import(pathToFileURL(entry));
console.log(JSON.stringify(JSON.parse(readFileSync(path)).map(({template, variables}) => {
    try {
        return new Template(template).render(variables);
    } catch {
        return null;
    }
})));
