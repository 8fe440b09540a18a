import { useEffect, useRef, useState } from 'preact/hooks';
import type { DialogPageView, DialogRow } from '../../records/dialog-records.ts';
import { useAsked, useConsole } from '../state/console-context.ts';
import { dateTimeText, numberText, spanText } from '../texts/times.ts';
import { NotYet, PageHead } from '../ui/page-head.tsx';
import { ModeBadge } from './mode-badge.tsx';
import { DialogDetailView } from './dialog-detail.tsx';
import { DataTable } from '../ui/data-table.tsx';

/** «Диалоги»: a list, or the one that the address names. */
export function DialogsPage({ rest }: { readonly rest: string }) {
  const [bot, channel, externalId] = rest.split('/').map(decodeURIComponent);
  if (bot !== undefined && channel !== undefined && externalId !== undefined && externalId !== '') {
    return <DialogDetailView bot={bot} channel={channel} externalId={externalId} />;
  }
  return <DialogList />;
}

/** Waits for so long behind the last letter before it searches, ms. */
const SEARCH_AFTER_MS = 350;

function DialogList() {
  const { texts, language, ask } = useConsole();
  const words = texts.dialogs;
  const [view, setView] = useState<'open' | 'all'>('open');
  const [bot, setBot] = useState('');
  const [typed, setTyped] = useState('');
  const [q, setQ] = useState('');
  /** What came after the first page of a question. */
  const [more, setMore] = useState<{ readonly path: string; readonly page: DialogPageView } | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => setQ(typed.trim()), SEARCH_AFTER_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const path = `/dialogs?${new URLSearchParams({ view, bot, q }).toString()}`;
  const asked = useRef(path);
  asked.current = path;
  // A search looks through many: once is enough.
  const { value, failure } = useAsked<DialogPageView>(path, q === '' ? undefined : 0);
  const behind = more?.path === path ? more.page : undefined;
  const next = (behind ?? value)?.next ?? null;
  const shown = [...(value?.dialogs ?? []), ...(behind?.dialogs ?? [])];
  const looked = (value?.looked ?? 0) + (behind?.looked ?? 0);
  const further = async (): Promise<void> => {
    const answer = await ask<DialogPageView>('GET', `${path}&after=${encodeURIComponent(next ?? '')}`);
    // Meanwhile something else may have been asked, or the same twice.
    if (!answer.ok || asked.current !== path) return;
    const dialogs = [...(behind?.dialogs ?? []), ...answer.value.dialogs];
    const page = { ...answer.value, dialogs, looked: (behind?.looked ?? 0) + answer.value.looked };
    setMore((now) => (now === more ? { path, page } : now));
  };
  // Among a million leads it goes on by itself until something is found.
  const isLooking = q !== '' && next !== null && shown.length === 0;
  useEffect(() => {
    if (isLooking) void further();
  }, [isLooking, next]);
  return (
    <>
      <PageHead title={texts.pages.dialogs} about={words.about} />
      <div class="filters">
        <div class="choice-row" role="group" aria-label={words.which}>
          {(['open', 'all'] as const).map((one) => (
            <button type="button" key={one} class="small" aria-pressed={view === one} onClick={() => setView(one)}>
              {words.views[one]}
            </button>
          ))}
        </div>
        {view === 'all' && (value?.bots.length ?? 0) > 1 && (
          <select aria-label={words.bot} value={bot} onChange={(event) => setBot(event.currentTarget.value)}>
            {value?.bots.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        )}
        <input
          type="search"
          aria-label={words.search}
          placeholder={words.search}
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </div>
      {value === undefined ? (
        <NotYet failure={failure} />
      ) : shown.length === 0 ? (
        <p class="card" role="status">
          {q === '' ? words.none[view] : isLooking ? words.looking(numberText(looked, language)) : words.notFound}
        </p>
      ) : (
        <DataTable
          label={texts.pages.dialogs}
          columns={[words.lead, words.mode, words.operator, words.since, words.last]}
        >
          {shown.map((row) => (
            <Row key={linkOf(row)} row={row} />
          ))}
        </DataTable>
      )}
      {next !== null && (
        <button type="button" class="small" onClick={() => void further()}>
          {q === '' ? texts.further : words.searchFurther}
        </button>
      )}
    </>
  );
}

function linkOf({ bot, channel, externalId }: DialogRow): string {
  return `#/dialogs/${[bot, channel, externalId].map(encodeURIComponent).join('/')}`;
}

function Row({ row }: { readonly row: DialogRow }) {
  const { texts, language } = useConsole();
  const { name, channel, externalId, mode, operator, group, since, lastAt, lastText, lastFrom } = row;
  return (
    <tr>
      <th scope="row">
        <a href={linkOf(row)}>{name ?? externalId}</a>
        <div class="quiet">{`${channel} · ${externalId}`}</div>
      </th>
      <td>
        <ModeBadge mode={mode} />
      </td>
      <td>
        {operator ?? '—'}
        {group !== null && <div class="quiet">{group}</div>}
      </td>
      <td class="number">{since === null ? '—' : spanText(Date.now() - since, language)}</td>
      <td class="last-text">
        {lastText ?? (lastFrom === null ? '—' : texts.dialogs.hidden)}
        {lastAt !== null && (
          <div class="quiet">
            {lastFrom !== null && `${texts.dialogs.from[lastFrom]} · `}
            {dateTimeText(lastAt, language)}
          </div>
        )}
      </td>
    </tr>
  );
}
