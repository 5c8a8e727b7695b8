import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** The console as three texts; nothing in it is fetched from elsewhere. */
export interface ConsoleBundle {
  readonly html: string;
  readonly js: string;
  readonly css: string;
}

let bundle: Promise<ConsoleBundle> | undefined;

/** Bundles the console, once a process (about 0.1 s). */
export function buildConsole(): Promise<ConsoleBundle> {
  bundle ??= bundleConsole();
  return bundle;
}

async function bundleConsole(): Promise<ConsoleBundle> {
  const here = dirname(fileURLToPath(import.meta.url));
  const source = join(here, 'main.tsx');
  const { outputFiles } = await build({
    entryPoints: [existsSync(source) ? source : join(here, 'main.js')],
    bundle: true,
    minify: true,
    write: false,
    outdir: 'out',
    format: 'iife',
    target: ['chrome110', 'firefox110', 'safari16'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    logLevel: 'silent',
  });
  const textOf = (ending: string) => outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? '';
  return { html, js: textOf('.js'), css: textOf('.css') };
}

const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M1 6q3.5-4 7 0t7 0M1 11q3.5-4 7 0t7 0' fill='none' stroke='%230d7480' stroke-width='2' stroke-linecap='round'/%3E%3C/svg%3E";

const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Tidemark</title>
<link rel="icon" href="${icon}">
<link rel="stylesheet" href="/console.css">
</head>
<body>
<div id="console"><noscript>The console needs JavaScript. The same answers are under /v1; see /openapi.json.</noscript></div>
<script src="/console.js" defer></script>
</body>
</html>
`;
