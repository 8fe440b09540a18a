import type { ComponentChildren } from 'preact';

/** One titled part of an opened entry. */
export function Part({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <div class="part">
      <h3>{title}</h3>
      <div class="part-body">{children}</div>
    </div>
  );
}

/** A body as it went over the wire. */
export function JsonPart({ title, value }: { readonly title: string; readonly value: unknown }) {
  return (
    <Part title={title}>
      <pre tabIndex={0}>{JSON.stringify(value, null, 2)}</pre>
    </Part>
  );
}
