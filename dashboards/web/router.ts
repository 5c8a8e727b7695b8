import { useEffect, useState } from 'preact/hooks';

export type Route =
  | { readonly view: 'overview' }
  | { readonly view: 'incident'; readonly id: string }
  | {
      readonly view: 'feature';
      readonly feature: string;
      readonly comparison: string | undefined;
      readonly segment: string;
      readonly windowStart: number | undefined;
    };

export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?');
  const [view, name = ''] = path.split('/');
  const query = new URLSearchParams(search);
  if (view === 'incident') return { view, id: decodeURIComponent(name) };
  if (view === 'feature')
    return {
      view,
      feature: decodeURIComponent(name),
      comparison: query.get('comparison') ?? undefined,
      segment: query.get('segment') ?? '',
      windowStart: query.has('window') ? Number(query.get('window')) : undefined,
    };
  return { view: 'overview' };
}

export function incidentHref(id: string): string {
  return `#/incident/${encodeURIComponent(id)}`;
}

export function featureHref(
  feature: string,
  more: {
    readonly comparison?: string | undefined;
    readonly segment?: string;
    readonly windowStart?: number | undefined;
  } = {},
): string {
  const query = new URLSearchParams();
  if (more.comparison !== undefined) query.set('comparison', more.comparison);
  if (more.segment) query.set('segment', more.segment);
  if (more.windowStart !== undefined) query.set('window', String(more.windowStart));
  return `#/feature/${encodeURIComponent(feature)}?${query}`;
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const follow = (): void => {
      setRoute(parseRoute(location.hash));
      window.scrollTo(0, 0);
    };
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }, []);
  return route;
}
