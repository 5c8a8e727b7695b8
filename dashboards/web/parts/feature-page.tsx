import type { FeatureView } from '../../../common/read-model.ts';
import { featureText } from '../format.ts';
import { featureHref, type Route } from '../router.ts';
import { useResource } from '../use-resource.ts';
import { JudgementView } from './judgement-view.tsx';
import { Section } from './section.tsx';

/** One feature: its newest window, or the one asked for. Arrow links go from window to window. */
export function FeaturePage({ route }: { readonly route: Extract<Route, { view: 'feature' }> }) {
  const { feature, comparison, segment, windowStart } = route;
  const query = new URLSearchParams({ segment });
  if (comparison !== undefined) query.set('comparison', comparison);
  if (windowStart !== undefined) query.set('windowStart', String(windowStart));
  const view = useResource<FeatureView>(`/features/${encodeURIComponent(feature)}?${query}`, ['judged']);
  return (
    <>
      <a class="back" href="#/">
        ← Overview
      </a>
      <Section id="feature" title={featureText(feature)} resource={view}>
        {(data) => (
          <>
            <Steps view={data} />
            <JudgementView
              view={data}
              onPick={(start) => {
                location.hash = featureHref(feature, { comparison: data.comparison, segment, windowStart: start });
              }}
            />
          </>
        )}
      </Section>
    </>
  );
}

function Steps({ view }: { readonly view: FeatureView }) {
  const at = view.series.findIndex(({ windowStart }) => windowStart === view.judgement?.windowStart);
  const href = (place: number) =>
    featureHref(view.feature, {
      comparison: view.comparison,
      segment: view.segment,
      windowStart: view.series[place]?.windowStart,
    });
  return (
    <nav class="steps" aria-label="Windows">
      {at > 0 && <a href={href(at - 1)}>← window before</a>}
      {at >= 0 && at < view.series.length - 1 && <a href={href(at + 1)}>window after →</a>}
    </nav>
  );
}
