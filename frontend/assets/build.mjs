// npm run build: the two CSS files, the vendored scripts and fonts, and the list of what they are.
//
// What the templates do not use is left out. The hash of the sources stands in each CSS file, and a test
// compares it, so that nobody changes a source and forgets to build.

import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { transform } from "lightningcss";
import { PurgeCSS } from "purgecss";
import * as sass from "sass";

const STATIC = "../static";
const read = (name) => JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8"));
const tabler = read("@tabler/core");

// Browsers of the last four years: light-dark() and nesting are lowered for them.
const targets = { chrome: 100 << 16, firefox: 100 << 16, safari: 15 << 16, ios_saf: 15 << 16 };

const sources = ["package.json", "build.mjs", ...readdirSync("scss").sort().map((name) => `scss/${name}`)];
const hash = createHash("sha256").update(sources.map((name) => readFileSync(name, "utf8")).join("\0")).digest("hex");

mkdirSync(`${STATIC}/css`, { recursive: true });
mkdirSync(`${STATIC}/vendor`, { recursive: true });

for (const name of ["patient", "staff"]) {
  const compiled = sass.compile(`scss/${name}.scss`, { loadPaths: ["node_modules"], quietDeps: true }).css;
  const [purged] = await new PurgeCSS().purge({
    content: ["../templates/**/*.html", "../charts/*.py", "../static/js/*.js"],
    css: [{ raw: compiled }],
    variables: true,
    safelist: { standard: ["html", "body", "input", "select", "textarea", /^state-/, /^need-/, /^band-/, /^mark-/, /^chart-/, /^step-/], greedy: [/data-bs-theme/, /data-room/], variables: [/^--(band|data|text|surface|hairline|critical|focus)/] },
    defaultExtractor: (text) => text.match(/[\w-]+/g) ?? [],
  });
  const { code } = transform({ filename: `${name}.css`, code: Buffer.from(purged.css), minify: true, targets });
  const banner = `/* Built by npm run build from frontend/assets (sources ${hash}). With parts of Tabler ${tabler.version} (${tabler.license}), see static/vendor/README.md. */\n`;
  writeFileSync(`${STATIC}/css/${name}.css`, banner + code);
}

const vendored = [
  ["htmx.org", "dist/htmx.min.js", "htmx.min.js"],
  ["plotly.js-basic-dist-min", "plotly-basic.min.js", "plotly-basic.min.js"],
  ["@fontsource/atkinson-hyperlegible-next", "files/atkinson-hyperlegible-next-latin-400-normal.woff2", "atkinson-400.woff2"],
  ["@fontsource/atkinson-hyperlegible-next", "files/atkinson-hyperlegible-next-latin-600-normal.woff2", "atkinson-600.woff2"],
];
const rows = vendored.map(([name, from, to]) => {
  copyFileSync(`node_modules/${name}/${from}`, `${STATIC}/vendor/${to}`);
  const { version, license } = read(name);
  const sha256 = createHash("sha256").update(readFileSync(`${STATIC}/vendor/${to}`)).digest("hex");
  return `| ${to} | ${name} | ${version} | ${license} | ${sha256} |`;
});
copyFileSync("plotly-basic.css", `${STATIC}/vendor/plotly-basic.css`);
const css = createHash("sha256").update(readFileSync(`${STATIC}/vendor/plotly-basic.css`)).digest("hex");
rows.push(`| plotly-basic.css | plotly.js-basic-dist-min, its rules as exported by export_plotly_css.py | ${read("plotly.js-basic-dist-min").version} | MIT | ${css} |`);
rows.push(`| (in css/*.css) | @tabler/core | ${tabler.version} | ${tabler.license} | |`);

writeFileSync(
  `${STATIC}/vendor/README.md`,
  `# What others made\n\nCopied by \`npm run build\` in frontend/assets; not edited.\n\n| file | package | version | licence | sha256 |\n|---|---|---|---|---|\n${rows.join("\n")}\n`,
);
