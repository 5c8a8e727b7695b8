const view = new DataView(new ArrayBuffer(8));

/** The next smaller double; of the smallest finite double and of -Infinity, -Infinity. NaN stays NaN. */
export function previousDouble(value: number): number {
  if (Number.isNaN(value) || value === Number.NEGATIVE_INFINITY) return value;
  if (value === 0) return -Number.MIN_VALUE;
  view.setFloat64(0, value);
  const bits = view.getBigInt64(0);
  // Doubles of one sign are ordered as their bits are; below zero the order is reversed.
  view.setBigInt64(0, value > 0 ? bits - 1n : bits + 1n);
  return view.getFloat64(0);
}

/** The finite values in ascending order, in a new array. */
export function sortedFinite(values: Float64Array): Float64Array {
  const kept = new Float64Array(values.length);
  let count = 0;
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number;
    // Adding zero turns -0 into 0, so that a value has one representation.
    if (value - value === 0) kept[count++] = value + 0;
  }
  return kept.subarray(0, count).sort();
}
