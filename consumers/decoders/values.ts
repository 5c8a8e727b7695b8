/** What several formats give the contract in the same way. */

/** Sets an own property also where the key is `__proto__`, which by assignment would change the object's prototype. */
export function setKey(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') object[key] = value;
  else Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

export function base64Of(bytes: Buffer): string {
  return bytes.toString('base64');
}

/** 0000-01-01 and the end of 9999-12-31: what ISO 8601 writes with four digits. */
const earliestMs = -62_167_219_200_000;
const latestMs = 253_402_300_799_999;

/** `2001-01-31`; the count itself where it is beyond the years 0 to 9999. */
export function dateOf(days: number): string | number {
  const ms = days * 86_400_000;
  return ms >= earliestMs && ms <= latestMs ? new Date(ms).toISOString().slice(0, 10) : days;
}

/**
 * `2001-01-31T23:59:59.123Z` of a count since 1970, with as many digits as the unit has.
 *
 * @param perSecond 1e3, 1e6 or 1e9
 * @param zone `Z`, or the empty text for a local time
 * @returns the count itself where it is beyond the years 0 to 9999
 */
export function timeOf(count: number | bigint, perSecond: 1e3 | 1e6 | 1e9, zone: 'Z' | ''): string | number | bigint {
  if (typeof count === 'number' && perSecond === 1e3) {
    if (!(count >= earliestMs && count <= latestMs)) return count;
    const text = new Date(count).toISOString();
    return zone === 'Z' ? text : text.slice(0, -1);
  }
  const unit = BigInt(perSecond);
  const wide = BigInt(count);
  const fraction = ((wide % unit) + unit) % unit;
  const text = instantOf(Number((wide - fraction) / unit), Number(fraction), perSecond === 1e9 ? 9 : 6);
  return text === undefined ? count : `${text}${zone}`;
}

/** Seconds since 1970 and a fraction of `digits` digits, without zone; undefined beyond the years 0 to 9999. */
export function instantOf(seconds: number, fraction: number, digits: 3 | 6 | 9): string | undefined {
  const ms = seconds * 1000;
  if (!(ms >= earliestMs && ms <= latestMs)) return undefined;
  return `${new Date(ms).toISOString().slice(0, 19)}.${String(fraction).padStart(digits, '0')}`;
}

/** Longer ones cannot be amounts of anything, and writing their digits would take too long. */
export const decimalBytesMax = 128;

/**
 * `unscaled` × 10^-scale, from its big-endian two's complement: a number where a double has all its digits, a bigint where it is
 * whole and too large for that, else a text of all its digits.
 */
export function decimalOf(unscaled: Buffer, scale: number): number | bigint | string {
  const digits =
    unscaled.length === 0 ? 0n : BigInt.asIntN(unscaled.length * 8, BigInt(`0x${unscaled.toString('hex')}`));
  if (scale <= 0) {
    const whole = digits * 10n ** BigInt(-scale);
    const number = Number(whole);
    return Number.isSafeInteger(number) ? number : whole;
  }
  const magnitude = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0');
  const text = `${digits < 0n ? '-' : ''}${magnitude.slice(0, -scale)}.${magnitude.slice(-scale)}`;
  return Number.isSafeInteger(Number(digits)) ? Number(text) : text;
}

/** `f81d4fae-7dec-11d0-a765-00a0c91e6bf6` */
export function uuidOf(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
