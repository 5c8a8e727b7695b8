import type { ComponentChildren } from 'preact';
import type { Resource } from '../use-resource.ts';

export interface SectionProps<T> {
  readonly id: string;
  readonly title: string;
  /** Said, but not shown: the content has a heading of its own. */
  readonly titleHidden?: boolean;
  readonly note?: string;
  readonly resource: Resource<T>;
  readonly children: (data: T) => ComponentChildren;
}

/** A titled part of the page that shows its data once it is there, and says so when it cannot be read. */
export function Section<T>({ id, title, titleHidden = false, note, resource, children }: SectionProps<T>) {
  const { data, error } = resource;
  return (
    <section aria-labelledby={`${id}-title`} class="part" id={id}>
      <header class={titleHidden ? 'hidden' : undefined}>
        <h2 id={`${id}-title`}>{title}</h2>
        {note !== undefined && <p>{note}</p>}
      </header>
      {error !== undefined && (
        <p class="trouble" role="status">
          Cannot be read: {error}
        </p>
      )}
      {data === undefined ? error === undefined && <p class="hush">Asking …</p> : children(data)}
    </section>
  );
}

/** Says what will stand here. */
export function Empty({ children }: { readonly children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}
