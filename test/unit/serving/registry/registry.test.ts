import { describe, expect, it } from 'vitest';
import { parseSignature } from '../../../../serving/model/signature.ts';
import { decodeEntry, encodeEntry } from '../../../../serving/registry/entry.ts';
import {
  applyEntries,
  deriveRegistry,
  modelsOf,
  type RegistryState,
  routesOf,
  versionOf,
} from '../../../../serving/registry/registry.ts';
import {
  assignRole,
  promote,
  recordWait,
  refuse,
  register,
  rollback,
} from '../../../../serving/registry/transitions.ts';

const signatureOf = (version: string, model = 'late') =>
  parseSignature(
    JSON.stringify({
      model,
      version,
      task: 'binary',
      inputs: [{ input: 'x', feature: 'distance', encoding: { kind: 'number' } }],
      output: { name: 'probability' },
      lineage: { dataset: { id: 'd', rows: 10, from: 0, to: 1 }, code: 'c' },
      metrics: { trainRows: 8, holdoutRows: 2, logLoss: 0.4 },
    }),
    'model.json',
  );

const empty = deriveRegistry('late', []);
const add = (state: RegistryState, version: string, atMs = 0) =>
  applyEntries(
    state,
    register(state, { signature: signatureOf(version), artifactId: `sha-${version}`, atMs, reason: 'test' }),
  );
const comparison = (version: string) => ({ version, atMs: 5, reason: 'because', evidence: { n: 7 } });

/** a champion, b and c challengers. */
const three = add(add(add(empty, 'a'), 'b', 1), 'c', 2);

describe('register', () => {
  it('makes the first version champion and later ones challengers', () => {
    expect(three.champion).toBe('a');
    expect(routesOf(three)).toEqual({ champion: 'a', challengers: ['b', 'c'] });
    expect(three.seq).toBe(6);
    expect(versionOf(three, 'b')).toMatchObject({
      artifactId: 'sha-b',
      role: 'challenger',
      summary: { features: ['distance'] },
    });
  });

  it('changes nothing for the same artifact and refuses another one', () => {
    const again = (artifactId: string) =>
      register(three, { signature: signatureOf('b'), artifactId, atMs: 9, reason: 'again' });
    expect(again('sha-b')).toEqual([]);
    expect(() => again('sha-x')).toThrow(expect.objectContaining({ code: 'MODEL_INVALID' }));
    const foreign = { signature: signatureOf('d', 'other'), artifactId: 'x', atMs: 9, reason: '' };
    expect(() => register(three, foreign)).toThrow('belongs to model other');
  });
});

describe('roles', () => {
  it('promotes a challenger and retires the champion', () => {
    const entries = promote(three, comparison('b'));
    expect(entries.map(({ seq, version, body }) => [seq, version, body.kind])).toEqual([
      [7, 'b', 'compared'],
      [8, 'a', 'role'],
      [9, 'b', 'role'],
    ]);
    const state = applyEntries(three, entries);
    expect(routesOf(state)).toEqual({ champion: 'b', challengers: ['c'] });
    expect(versionOf(state, 'a')).toMatchObject({ role: 'retired', roleCause: 'replaced' });
    expect(versionOf(state, 'b')?.compared).toMatchObject({ decision: 'promote', champion: 'a', evidence: { n: 7 } });
  });

  it('refuses a challenger, and writes down that it waits', () => {
    expect(routesOf(applyEntries(three, refuse(three, comparison('b'))))).toEqual({
      champion: 'a',
      challengers: ['c'],
    });
    const waited = applyEntries(three, recordWait(three, comparison('b')));
    expect(routesOf(waited)).toEqual(routesOf(three));
    expect(versionOf(waited, 'b')?.compared?.decision).toBe('wait');
  });

  it('compares only challengers', () => {
    expect(() => promote(three, comparison('a'))).toThrow('it is champion');
    expect(() => refuse(three, comparison('x'))).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  it('assigns roles by hand, but leaves no model without a champion', () => {
    const assign = (version: string, role: 'champion' | 'challenger' | 'retired') =>
      assignRole(three, { version, role, atMs: 9, reason: 'by hand' });
    expect(assign('b', 'challenger')).toEqual([]);
    expect(routesOf(applyEntries(three, assign('c', 'champion')))).toEqual({ champion: 'c', challengers: ['b'] });
    expect(routesOf(applyEntries(three, assign('c', 'retired')))).toEqual({ champion: 'a', challengers: ['b'] });
    expect(() => assign('a', 'retired')).toThrow('no other version would answer');
    expect(() => assign('x', 'retired')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });
});

describe('rollback', () => {
  const back = (state: RegistryState) => applyEntries(state, rollback(state, { atMs: 9, reason: 'undo' }));

  it('goes back champion by champion', () => {
    const b = applyEntries(three, promote(three, comparison('b')));
    const c = applyEntries(b, promote(b, comparison('c')));
    expect(c.championStack).toEqual(['a', 'b', 'c']);
    expect(back(c)).toMatchObject({ champion: 'b', championStack: ['a', 'b'] });
    expect(versionOf(back(c), 'c')).toMatchObject({ role: 'retired', roleCause: 'rolled-back' });
    expect(back(back(c)).champion).toBe('a');
  });

  it('says when there is nothing to go back to', () => {
    expect(() => back(three)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    expect(() => back(empty)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  it('undoes a champion that was crowned by hand', () => {
    const state = applyEntries(three, assignRole(three, { version: 'b', role: 'champion', atMs: 3, reason: '' }));
    expect(back(state).champion).toBe('a');
  });
});

describe('deriveRegistry', () => {
  it('gives the same state for entries in any order, read twice, beside those of other models', () => {
    const log = applyEntries(three, promote(three, comparison('b'))).history;
    const other = log.map((entry) => ({ ...entry, model: 'other' }));
    const shuffled = [...other, ...log.toReversed(), ...log];
    expect(deriveRegistry('late', shuffled)).toEqual(deriveRegistry('late', log));
    expect(modelsOf(shuffled)).toEqual(['late', 'other']);
  });

  it('takes the later of two entries with one number', () => {
    const [registered, role] = three.history;
    const late = {
      ...role!,
      atMs: 99,
      body: { kind: 'role', role: 'retired', cause: 'operator', reason: '' } as const,
    };
    expect(deriveRegistry('late', [late, registered!, role!]).champion).toBeUndefined();
  });

  it('is what the transitions said, entry by entry', () => {
    const state = applyEntries(three, promote(three, comparison('c')));
    expect(deriveRegistry('late', state.history)).toEqual(state);
  });
});

describe('rows of the log', () => {
  it('come back as they went', () => {
    const { history } = applyEntries(three, promote(three, comparison('b')));
    for (const entry of history) expect(decodeEntry(encodeEntry(entry))).toEqual(entry);
  });

  it('are refused where they were changed by hand', () => {
    const row = encodeEntry(three.history[1]!);
    expect(() => decodeEntry({ ...row, entry: '{' })).toThrow(expect.objectContaining({ code: 'STORE_REJECTED' }));
    expect(() => decodeEntry({ ...row, kind: 'strange' })).toThrow(expect.objectContaining({ code: 'STORE_REJECTED' }));
  });
});
