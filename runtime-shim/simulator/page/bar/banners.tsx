import type { StatusRecord } from '../../records.ts';
import { usePage } from '../state/page-context.ts';
import { Icon } from '../../../page/parts/pictures.tsx';

/** What everybody must know at once: no connection, a restart, a broken bot folder, a refused token. */
export function Banners({
  status,
  connected,
}: {
  readonly status: StatusRecord | undefined;
  readonly connected: boolean;
}) {
  const { texts } = usePage();
  const problems = status?.problems ?? [];
  return (
    <div class="banners" aria-live="polite">
      {!connected && status?.runtime !== 'restarting' && (
        <p class="banner banner-warn">
          <Icon name="retry" />
          {texts.bar.offline}
        </p>
      )}
      {status?.runtime === 'restarting' && (
        <p class="banner banner-warn">
          <Icon name="power" />
          {texts.bar.restarting}
        </p>
      )}
      {status?.runtime === 'failed' && (
        <div class="banner banner-error">
          <Icon name="warn" />
          <div>
            <strong>{texts.between.entry.runtimeFailed}</strong>
            <pre>{status.failure}</pre>
          </div>
        </div>
      )}
      {problems.length > 0 && (
        <div class="banner banner-error">
          <Icon name="warn" />
          <div>
            <strong>{texts.bar.problems}</strong>
            <pre>{problems.join('\n')}</pre>
          </div>
        </div>
      )}
      {status !== undefined && status.notReady.length > 0 && (
        <div class="banner banner-warn">
          <Icon name="warn" />
          <div>
            <strong>{texts.bar.notReady}</strong>
            <pre>{status.notReady.join('\n')}</pre>
          </div>
        </div>
      )}
    </div>
  );
}
