import { useRef } from 'preact/hooks';
import { usePage } from '../state/page-context.ts';
import type { Theme } from '../../../page/parts/appearance.tsx';
import { Icon } from '../../../page/parts/pictures.tsx';

interface Props {
  /** The path of the chat's own page. */
  readonly path: string;
  readonly theme: Theme;
  /** Left out: it cannot be hidden, a tab shows it. */
  readonly onHide: (() => void) | undefined;
}

/** The real chat on a site, as a visitor has it: whoever writes there is a lead of its own. */
export function SiteColumn({ path, theme, onHide }: Props) {
  const { texts, language } = usePage();
  const frame = useRef<HTMLIFrameElement>(null);
  const address = `${path}?${new URLSearchParams({ language, theme }).toString()}`;
  // As a site does it that has the chat in a frame.
  const beginAnew = (): void =>
    frame.current?.contentWindow?.postMessage({ metabotWidget: 'identify', identity: null }, location.origin);
  return (
    <>
      <header class="column-title">
        <h2>{texts.site.column}</h2>
        <p class="quiet">{texts.site.subtitle}</p>
        <span class="lead-tools">
          <button
            type="button"
            class="icon-button"
            aria-label={texts.site.again}
            title={`${texts.site.again}. ${texts.site.againHint}`}
            onClick={beginAnew}
          >
            <Icon name="restart" />
          </button>
          <a
            class="icon-button"
            href={address}
            target="_blank"
            rel="noopener"
            aria-label={texts.site.open}
            title={texts.site.open}
          >
            <Icon name="out" />
          </a>
          {onHide !== undefined && (
            <button
              type="button"
              class="icon-button"
              aria-label={texts.site.hide}
              title={texts.site.hide}
              onClick={onHide}
            >
              <Icon name="close" />
            </button>
          )}
        </span>
      </header>
      <iframe ref={frame} class="site-frame" src={address} title={texts.site.frame} />
    </>
  );
}
