/** A slice of the events by feature values: `origin=ATL`, or `origin=ATL&carrier=DL`; the empty text is all of them. */
export type SegmentKey = string;

export const everything: SegmentKey = '';

export function segmentKey(parts: readonly { readonly feature: string; readonly value: string }[]): SegmentKey {
  return parts.map(({ feature, value }) => `${feature}=${encodeURIComponent(value)}`).join('&');
}

export function parseSegmentKey(key: SegmentKey): { readonly feature: string; readonly value: string }[] {
  if (key === everything) return [];
  return key.split('&').map((part) => {
    const at = part.indexOf('=');
    return { feature: part.slice(0, at), value: decodeURIComponent(part.slice(at + 1)) };
  });
}
