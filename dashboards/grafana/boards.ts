import { feature } from './feature.ts';
import { finalize } from './finalize.ts';
import { overview } from './overview.ts';
import type { Dashboard } from './sdk.ts';

/** Every board by the name of its file. The same program gives the same boards, byte for byte. */
export function buildBoards(): ReadonlyMap<string, Dashboard> {
  return new Map([
    ['tidemark-overview.json', finalize(overview)],
    ['tidemark-feature.json', finalize(feature)],
  ]);
}

export function boardJson(board: Dashboard): string {
  return `${JSON.stringify(board, undefined, 2)}\n`;
}
