import { describe, expect, it } from 'vitest';
import { boardJson, buildBoards } from '../../../../dashboards/grafana/boards.ts';
import { datasource } from '../../../../dashboards/grafana/datasource.ts';

interface GeneratedPanel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: unknown;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly refId: string; readonly format: number; readonly rawSql: string }[];
}

interface GeneratedBoard {
  readonly uid: string;
  readonly schemaVersion: number;
  readonly panels: readonly GeneratedPanel[];
}

/** As Grafana reads them: from the files. */
const boards = [...buildBoards()].map(
  ([file, board]) => [file, JSON.parse(boardJson(board)) as GeneratedBoard] as const,
);

describe('the boards', () => {
  it('are the same, byte for byte, every time', () => {
    const texts = () => [...buildBoards()].map(([file, board]) => [file, boardJson(board)]);
    expect(texts()).toEqual(texts());
  });

  it('have identities of their own', () => {
    expect(new Set(boards.map(([, { uid }]) => uid)).size).toBe(boards.length);
  });

  it.each(boards)('%s has what a Grafana of today reads, and no rows of the old form', (_file, board) => {
    expect(board.schemaVersion).toBeGreaterThanOrEqual(39);
    expect(board).not.toHaveProperty('rows');
    expect(board.uid).toMatch(/^[a-z-]{1,40}$/);
    expect(board.panels.map(({ id }) => id)).toEqual(board.panels.map((_, at) => at + 1));
  });

  it.each(boards)('%s: panels lie within 24 columns and nowhere on each other', (_file, { panels }) => {
    const taken = new Set<string>();
    for (const { title, gridPos } of panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.has(`${x},${y}`), `${title} at ${x},${y}`).toBe(false);
          taken.add(`${x},${y}`);
        }
    }
  });

  it.each(boards)('%s: every panel says what it shows and asks ClickHouse in plain SQL', (_file, { panels }) => {
    for (const panel of panels.filter(({ type }) => type !== 'row')) {
      expect(panel.description, panel.title).toMatch(/\.$/);
      expect(panel.datasource).toEqual(datasource);
      expect(panel.targets?.length, panel.title).toBeGreaterThan(0);
      for (const { rawSql, format } of panel.targets ?? []) {
        expect(rawSql).not.toMatch(/\s{2}|undefined|\[object/);
        expect(rawSql).toContain('${database}.');
        expect(format).toBe(panel.type === 'timeseries' ? 0 : 1);
      }
    }
  });
});
