import { describe, expect, it } from 'vitest';
import { type Column, textColumn, vectorColumn } from '../../../../common/columns.ts';
import type { FeatureType, Frame, TextKind } from '../../../../common/feature.ts';
import { compareFrames } from '../../../../drift/compare.ts';
import { type EmbeddingChange, embeddings, sentences, type Topic } from '../../../support/kinds/topics.ts';

function frame(rows: number, column: Column, type: FeatureType = 'string'): Frame {
  return { rows, fields: [{ name: 'f', type }], columns: [column] };
}

const rows = 3000;
const about = (topic: Topic, seed: number) => frame(rows, textColumn(sentences(topic, rows, seed)));
const dimension = 32;
const vectors = (seed: number, change?: EmbeddingChange) =>
  frame(rows, vectorColumn(dimension, embeddings({ dimension, count: rows, seed }, change)), 'vector');

describe('sentences of two files', () => {
  it.each([1, 2, 3, 4, 5, 6])('are alike where both are about one thing (seed %i)', (seed) => {
    const [found] = compareFrames(about('sea', seed), about('sea', seed + 100));
    expect(found).toMatchObject({ type: 'text', alarm: false });
  });

  it('are not where one is about another: their words are unknown', () => {
    const [found] = compareFrames(about('sea', 1), about('kitchen', 2));
    expect(found).toMatchObject({ type: 'text', alarm: true });
    expect(found?.why).toContain('unknown: the median went from');
    expect(found?.statistics['unknown_ks']?.value).toBeGreaterThan(0.9);
    expect(found?.statistics['length_ks']?.value).toBeLessThan(0.1);
  });

  it('are not where they are cut off', () => {
    const cut = frame(rows, textColumn(sentences('sea', rows, 2).map((text) => text.slice(0, 64))));
    const [found] = compareFrames(about('sea', 1), cut);
    expect(found).toMatchObject({ type: 'text', alarm: true });
    expect(found?.why).toMatch(/length: .*went from/);
  });

  it('are not where some bytes were lost', () => {
    const texts = sentences('sea', rows, 2).map((text, row) => (row % 10 === 0 ? `\ufffd${text}` : text));
    const [found] = compareFrames(about('sea', 1), frame(rows, textColumn(texts)));
    expect(found?.why).toContain('garbled');
    expect(found?.alarm).toBe(true);
  });
});

describe('texts whose kind is said', () => {
  it('are compared as that kind, however few or many they are', () => {
    const few = Array.from({ length: rows }, (_, row) => `parcel ${row % 3} came late`);
    const typeOf = (kind: TextKind, texts: readonly string[]) => {
      const one: Frame = { rows, fields: [{ name: 'f', type: 'string', kind }], columns: [textColumn(texts)] };
      return compareFrames(one, one)[0]?.type;
    };
    expect(typeOf('text', few)).toBe('text');
    expect(typeOf('identifier', few)).toBe('identifier');
    expect(typeOf('category', sentences('sea', rows, 1))).toBe('categorical');
  });
});

describe('embeddings of two files', () => {
  it.each([1, 2, 3, 4, 5, 6])('are alike where nothing changed (seed %i)', (seed) => {
    const [found] = compareFrames(vectors(seed), vectors(seed + 100));
    expect(found).toMatchObject({ type: 'vector', alarm: false });
  });

  it.each([
    ['one cluster moved', { shiftCluster: 4 }],
    ['all were rotated', { rotate: 0.7 }],
    ['one cluster became frequent', { firstShare: 0.6 }],
  ] as const)('are not where %s', (_, change) => {
    const [found] = compareFrames(vectors(1), vectors(2, change));
    expect(found).toMatchObject({ type: 'vector', alarm: true });
  });

  it('are not of one kind where the dimension changed', () => {
    const other = frame(2, vectorColumn(2, [[1, 2], null]), 'vector');
    const [found] = compareFrames(vectors(1), other);
    expect(found).toMatchObject({ alarm: true, why: 'vectors of 32 numbers became vectors of 2' });
  });

  it('count components that are not finite, and lists of another length, as unusable', () => {
    const broken = embeddings({ dimension, count: rows, seed: 2 }).map((vector, row) => {
      if (row % 20 === 0) vector[3] = Number.NaN;
      return vector;
    });
    const [nans] = compareFrames(vectors(1), frame(rows, vectorColumn(dimension, broken), 'vector'));
    expect(nans?.statistics['invalid_current']?.value).toBeCloseTo(0.05, 10);
    const lists = embeddings({ dimension, count: rows, seed: 2 }).map((vector, row) =>
      JSON.stringify(Array.from(row % 10 === 0 ? vector.subarray(1) : vector)),
    );
    const [short] = compareFrames(vectors(1), frame(rows, textColumn(lists)));
    expect(short).toMatchObject({ type: 'vector', alarm: true });
    expect(short?.statistics['invalid_current']?.value).toBeCloseTo(0.1, 10);
    expect(short?.statistics['norm_ks']?.value).toBeLessThan(0.1);
  });
});
