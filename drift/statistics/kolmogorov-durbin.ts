/** Scaled by this power of two, so that nothing overflows. */
const scaleUp = 2 ** 128;
const scaleDown = 2 ** -128;

/**
 * P(D < d) for one sample of n values, exactly: the middle element of the n-th power of Durbin's matrix, times n! / nⁿ.
 * O(k³ log n) with k = 2 ⌈n d⌉ - 1: for small n or small d. Durbin 1968; Marsaglia, Tsang and Wang 2003, doi:10.18637/jss.v008.i18.
 */
export function durbinLower(d: number, n: number): number {
  const half = Math.ceil(n * d);
  const size = 2 * half - 1;
  let base: Scaled = { cells: durbinMatrix(size, half - n * d), exponent: 0 };
  // Of the power one row is needed, and it depends on no other row of the powers before.
  let row: Scaled = { cells: new Float64Array(size), exponent: 0 };
  row.cells[half - 1] = 1;
  const middle = (half - 1) * size + half - 1;
  for (let left = n; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) row = rescaled(multiply(row, base, size), half - 1);
    if (left > 1) base = rescaled(multiply(base, base, size), middle);
  }
  let value = row.cells[half - 1] as number;
  let exponent = row.exponent;
  for (let i = 1; i <= n; i++) {
    value *= i / n;
    if (value < scaleDown) {
      value *= scaleUp;
      exponent -= 128;
    }
  }
  return value * 2 ** exponent;
}

interface Scaled {
  /** Row by row, shape `[size, size]`; the value is this times 2 ** exponent. */
  readonly cells: Float64Array;
  readonly exponent: number;
}

function durbinMatrix(size: number, h: number): Float64Array {
  const cells = new Float64Array(size * size);
  const inverseFactorials = new Float64Array(size + 1).fill(1);
  for (let j = 1; j <= size; j++) inverseFactorials[j] = (inverseFactorials[j - 1] as number) / j;
  for (let row = 0; row < size; row++)
    for (let column = 1; column < size && column <= row + 1; column++)
      cells[row * size + column] = inverseFactorials[row - column + 1] as number;
  // The first column and the last row, which mirrors it.
  for (let row = 0; row < size; row++) {
    const edge = (1 - h ** (row + 1)) * (inverseFactorials[row + 1] as number);
    cells[row * size] = edge;
    cells[(size - 1) * size + size - 1 - row] = edge;
  }
  const corner = 1 - 2 * h ** size + Math.max(0, 2 * h - 1) ** size;
  cells[(size - 1) * size] = corner * (inverseFactorials[size] as number);
  return cells;
}

/** Of as many rows as `left` has. */
function multiply(left: Scaled, right: Scaled, size: number): Scaled {
  const cells = new Float64Array(left.cells.length);
  for (let from = 0; from < cells.length; from += size)
    for (let inner = 0; inner < size; inner++) {
      const factor = left.cells[from + inner] as number;
      if (factor === 0) continue;
      const rightFrom = inner * size;
      for (let column = 0; column < size; column++)
        cells[from + column] = (cells[from + column] as number) + factor * (right.cells[rightFrom + column] as number);
    }
  return { cells, exponent: left.exponent + right.exponent };
}

function rescaled(matrix: Scaled, middle: number): Scaled {
  if ((matrix.cells[middle] as number) <= scaleUp) return matrix;
  return { cells: matrix.cells.map((cell) => cell * scaleDown), exponent: matrix.exponent + 128 };
}
