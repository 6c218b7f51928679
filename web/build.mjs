/** `npm run build`: web/src → sim/replay/built/replay.js and replay.css, stamped with a digest of their sources. */

import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.env.REPLAY_OUT ?? join(here, "..", "sim", "replay", "built");

/** SHA-256 of the names and contents of what goes in; tests/test_web_build.py makes the same without Node. */
function digest() {
  const hash = createHash("sha256");
  const files = readdirSync(join(here, "src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(here.length + 1).replaceAll("\\", "/"));
  for (const name of [...files, "package-lock.json", "build.mjs"].sort()) {
    const content = readFileSync(join(here, name));
    hash.update(`${name}\0${content.length}\0`);
    hash.update(content);
  }
  return hash.digest("hex");
}

const stamp = `/*! drillsim sources ${digest()} */`;
const result = await build({
  entryPoints: { replay: join(here, "src", "main.ts") },
  bundle: true, minify: true, format: "iife", target: "es2022", charset: "utf8", legalComments: "eof",
  banner: { js: stamp, css: stamp }, outdir: out, write: false, logLevel: "warning",
});
mkdirSync(out, { recursive: true });
for (const file of result.outputFiles) {
  writeFileSync(file.path, file.contents);
  console.log(`${file.path.slice(file.path.lastIndexOf("/") + 1)} ${Math.round(file.contents.length / 1000)} kB`);
}
