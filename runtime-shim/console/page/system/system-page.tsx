import { Icon } from '../../../page/parts/pictures.tsx';
import type { SystemView } from '../../records/state-records.ts';
import { useAsked, useConsole } from '../state/console-context.ts';
import { dateTimeText, numberText, sizeText, spanText } from '../texts/times.ts';
import { NotYet, PageHead } from '../ui/page-head.tsx';
import { DataTable } from '../ui/data-table.tsx';

/** «Проверка системы»: can it do its work, and what is it? */
export function SystemPage() {
  const { texts, language, session } = useConsole();
  const words = texts.system;
  const { value, failure } = useAsked<SystemView>('/system');
  const report = session.role === 'admin' && (
    <a class="small" href="/console/api/support" download="support.json">
      <Icon name="save" />
      {words.support}
    </a>
  );
  if (value === undefined) {
    return (
      <>
        <PageHead title={texts.pages.system} />
        <NotYet failure={failure} />
      </>
    );
  }
  const { ready, reasons, bindings, channels, versions, storage, process, nodes, certificates } = value;
  const states = [
    ...Object.entries(bindings).map(([id, state]) => [`${words.binding} ${id}`, state] as const),
    ...Object.entries(channels).map(([id, state]) => [`${words.channel} ${id}`, state] as const),
  ];
  const failures = Object.entries(storage.failures);
  return (
    <>
      <PageHead title={texts.pages.system} about={words.about}>
        {report}
      </PageHead>
      <section class="card" aria-label={words.readiness}>
        <ul class="checks first">
          <StateLine name={words.process} ready={ready} reasons={reasons} />
          {states.map(([name, state]) => (
            <StateLine key={name} name={name} {...state} />
          ))}
        </ul>
      </section>
      <ul class="tiles">
        <li class="card">
          <h2>{words.versions}</h2>
          <dl class="facts">
            <dt>metabot-livetex</dt>
            <dd>{versions.package}</dd>
            <dt>Node</dt>
            <dd>{versions.node}</dd>
            <dt>V8</dt>
            <dd>{versions.v8}</dd>
            <dt>{words.platform}</dt>
            <dd>{versions.system}</dd>
          </dl>
        </li>
        <li class="card">
          <h2>{words.storage}</h2>
          <dl class="facts">
            <dt>{words.driver}</dt>
            <dd>{storage.driver}</dd>
            <dt>{words.size}</dt>
            <dd>{storage.size === null ? '—' : sizeText(storage.size, language)}</dd>
            <dt>{words.schema}</dt>
            <dd>{storage.schema ?? '—'}</dd>
            <dt>{words.backup}</dt>
            <dd>
              {storage.lastBackup === null
                ? storage.driver === 'sqlite'
                  ? words.noBackup
                  : '—'
                : `${spanText(Date.now() - storage.lastBackup.at, language)} ${words.ago}, ${sizeText(storage.lastBackup.bytes, language)}`}
            </dd>
            <dt>{words.failures}</dt>
            <dd>
              {failures.length === 0
                ? words.noFailures
                : failures.map(([code, count]) => `${code}: ${count}`).join(', ')}
            </dd>
          </dl>
        </li>
        <li class="card">
          <h2>{words.process}</h2>
          <dl class="facts">
            <dt>{words.uptime}</dt>
            <dd>{spanText(Date.now() - process.startedAt, language)}</dd>
            <dt>{words.memory}</dt>
            <dd>{sizeText(process.memory, language)}</dd>
            <dt>{words.heap}</dt>
            <dd>{sizeText(process.heap, language)}</dd>
            <dt>{words.loop}</dt>
            <dd>{`${numberText(process.loopDelayMs, language)} ${words.ms}`}</dd>
            <dt>{words.cpu}</dt>
            <dd>{spanText(process.cpuMs, language)}</dd>
          </dl>
        </li>
        <li class="card">
          <h2>{words.certificates}</h2>
          {certificates.length === 0 ? (
            <p class="quiet">{words.noCertificates}</p>
          ) : (
            <dl class="facts">
              {certificates.map(({ host, endsAt }) => (
                <>
                  <dt>{host}</dt>
                  <dd>{endsAt === null ? words.unknown : dateTimeText(endsAt, language)}</dd>
                </>
              ))}
            </dl>
          )}
        </li>
      </ul>
      <section class="below">
        <h2>{words.nodes}</h2>
        <DataTable label={words.nodes} columns={[words.node, words.version, words.startedAt, words.seenAt]}>
          {nodes.map(({ id, host, version, startedAt, seenAt }, index) => (
            <tr key={id}>
              <th scope="row">
                {host} {index === 0 && <span class="badge">{words.thisOne}</span>}
              </th>
              <td>{version}</td>
              <td class="number">{dateTimeText(startedAt, language)}</td>
              <td class="number">
                {spanText(Date.now() - seenAt, language)} {words.ago}
              </td>
            </tr>
          ))}
        </DataTable>
      </section>
    </>
  );
}

function StateLine({
  name,
  ready,
  reasons,
}: {
  readonly name: string;
  readonly ready: boolean;
  readonly reasons: readonly string[];
}) {
  const { texts } = useConsole();
  return (
    <li class={ready ? 'good' : 'bad'}>
      <Icon name={ready ? 'check' : 'warn'} />
      <div>
        <strong>{name}</strong>: {ready ? texts.system.ready : texts.system.notReady}
        {reasons.map((reason) => (
          <p key={reason}>{reason}</p>
        ))}
      </div>
    </li>
  );
}
