import type { ComponentChildren } from 'preact';
import { useConsole } from '../state/console-context.ts';
import type { Failure } from '../state/api.ts';

/** A page's heading, what one can do about all of it, and a line on what it is for. */
export function PageHead({
  title,
  about,
  children,
}: {
  readonly title: string;
  readonly about?: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="page-head">
      <div>
        <h1>{title}</h1>
        {about !== undefined && <p class="quiet">{about}</p>}
      </div>
      {children !== undefined && <div class="page-deeds">{children}</div>}
    </div>
  );
}

/** Stands where nothing can be shown yet: why not, or that it is on its way. */
export function NotYet({ failure }: { readonly failure: Failure | undefined }) {
  const { texts, language } = useConsole();
  if (failure === undefined) return <p class="quiet">{texts.loading}</p>;
  return (
    <p class="problem" role="alert">
      {failure.text[language]}
    </p>
  );
}
