import { useState } from 'preact/hooks';
import type { AuditPageView } from '../../records/session-records.ts';
import { useAsked, useConsole } from '../state/console-context.ts';
import { dateTimeText } from '../texts/times.ts';
import { NotYet, PageHead } from '../ui/page-head.tsx';
import { DataTable } from '../ui/data-table.tsx';

/** «Журнал»: who changed what. */
export function AuditPage() {
  const { texts, language, ask } = useConsole();
  const { value, failure } = useAsked<AuditPageView>('/audit');
  const [more, setMore] = useState<AuditPageView | null>(null);
  const shown = [...(value?.entries ?? []), ...(more?.entries ?? [])];
  const next = more === null ? (value?.next ?? null) : more.next;
  const further = async (): Promise<void> => {
    const answer = await ask<AuditPageView>('GET', `/audit?after=${encodeURIComponent(next ?? '')}`);
    if (answer.ok) setMore({ ...answer.value, entries: [...(more?.entries ?? []), ...answer.value.entries] });
  };
  return (
    <>
      <PageHead title={texts.pages.audit} about={texts.audit.about} />
      {value === undefined ? (
        <NotYet failure={failure} />
      ) : (
        <DataTable
          label={texts.pages.audit}
          columns={[texts.audit.when, texts.audit.who, texts.audit.what, texts.audit.about_]}
        >
          {shown.map(({ id, at, name, role, what, about }) => (
            <tr key={id}>
              <td class="number">{dateTimeText(at, language)}</td>
              <td>
                {name}
                {role === 'viewer' && <span class="quiet"> · {texts.roles.viewer}</span>}
              </td>
              <td>{texts.audit.deeds[what as keyof typeof texts.audit.deeds] ?? what}</td>
              <td class="quiet">
                {Object.entries(about)
                  .map(([key, one]) => `${key}: ${Array.isArray(one) ? one.join(', ') : String(one)}`)
                  .join(' · ')}
              </td>
            </tr>
          ))}
        </DataTable>
      )}
      {next !== null && (
        <button type="button" class="small" onClick={() => void further()}>
          {texts.further}
        </button>
      )}
    </>
  );
}
