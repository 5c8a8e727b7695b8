import type { Model, ModelVersion } from '../../common/read-model.ts';
import { type Document, documentAt, parseDocument, textAt, textsAt } from './documents.ts';
import { ms, number, type Query, type Row, text } from './rows.ts';

/** The registry's log, folded: every version with its role now and how it came to it. */
export async function readModels(query: Query): Promise<Model[]> {
  const rows = await query(
    `SELECT model, version, kind, entry, ${ms('at', 'at_ms')} FROM {database:Identifier}.model_log FINAL ORDER BY model, seq`,
  );
  const names = [...new Set(rows.map((row) => text(row, 'model')))];
  return names.map((model) =>
    toModel(
      model,
      rows.filter((row) => text(row, 'model') === model),
    ),
  );
}

function toModel(model: string, log: readonly Row[]): Model {
  const names = [...new Set(log.map((row) => text(row, 'version')))];
  const versions = names
    .map((version) =>
      toVersion(
        version,
        log.filter((row) => text(row, 'version') === version),
      ),
    )
    .reverse();
  const champions = versions.filter(({ role }) => role === 'champion');
  // One champion: where a change of role names only the new one, the latest to become it is meant.
  const champion = champions.sort((a, b) => roleSince(b) - roleSince(a))[0]?.version ?? null;
  return {
    model,
    champion,
    versions: versions.map((version) =>
      version.role === 'champion' && version.version !== champion ? { ...version, role: 'retired' } : version,
    ),
  };
}

function roleSince({ history }: ModelVersion): number {
  return history.findLast(({ role }) => role !== null)?.at ?? 0;
}

function toVersion(version: string, log: readonly Row[]): ModelVersion {
  const entries = log.map((row) => ({
    at: number(row, 'at_ms'),
    kind: text(row, 'kind'),
    document: parseDocument(text(row, 'entry')),
  }));
  const registered = entries.find(({ kind }) => kind === 'registered');
  const first = registered?.document ?? {};
  const summary = documentAt(first, 'summary');
  const role = entries.findLast(({ kind }) => kind === 'role');
  return {
    version,
    role: (role && textAt(role.document, 'role')) ?? 'registered',
    registeredAt: registered?.at ?? null,
    artifactId: textAt(first, 'artifactId'),
    features: textsAt(summary, 'features'),
    importance: numbersOf(documentAt(summary, 'importance')),
    lineage: { ...documentAt(summary, 'lineage') },
    metrics: numbersOf(documentAt(summary, 'metrics')),
    history: entries
      .map(({ at, kind, document }) => ({
        at,
        kind,
        role: textAt(document, 'role'),
        decision: textAt(document, 'decision'),
        why: textAt(document, 'reason'),
        evidence: { ...documentAt(document, 'evidence') },
      }))
      // A comparison a window: of those that only wait, the last one says what the others said.
      .filter(
        ({ decision }, at, all) =>
          decision !== 'wait' || all[at + 1]?.decision === undefined || all[at + 1]?.decision === null,
      ),
  };
}

function numbersOf(document: Document): Record<string, number> {
  return Object.fromEntries(
    Object.entries(document).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}
