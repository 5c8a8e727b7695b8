import type { ContractFeature } from './contract.ts';

/** What a column says of its feature beyond name, path and presence. */
export interface InferredFeature {
  readonly type: ContractFeature['type'];
  readonly limits?: Partial<Pick<ContractFeature, 'min' | 'max' | 'domain' | 'kind' | 'dimension' | 'onTypeMismatch'>>;
  /** Rows with a value, the empty text being none. */
  readonly present: number;
  readonly notes: readonly string[];
}

/** `3,000,000` */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** `98.2 %`; never 100 for less than all. */
export function percent(share: number): string {
  const text = (share * 100).toPrecision(3);
  return `${share < 1 && Number(text) === 100 ? '99.9' : Number(text)} %`;
}
