import { useMemo, useState } from 'preact/hooks';
import type { EntryRecord, LeadRecord } from '../../records.ts';
import { usePage } from '../state/page-context.ts';
import { Empty, Icon } from '../ui/pictures.tsx';
import { WindowedLog } from '../ui/windowed-log.tsx';
import { depthsOf, entryText } from './entry-text.ts';
import { EntryRow } from './entry-row.tsx';
import { Filters } from './filters.tsx';
import { type Group, groupOf } from './groups.ts';

interface Props {
  readonly entries: readonly EntryRecord[];
  readonly leads: readonly LeadRecord[];
  /** The lead that the page is about. */
  readonly lead: LeadRecord;
}

/** Everything that happened between the lead and the operator. */
export function TimelineColumn({ entries, leads, lead }: Props) {
  const { texts, language } = usePage();
  const [search, setSearch] = useState('');
  const [groups, setGroups] = useState<ReadonlySet<Group>>(new Set());
  const [onlyLead, setOnlyLead] = useState(false);
  const [onlyErrors, setOnlyErrors] = useState(false);
  const [chain, setChain] = useState<number | null>(null);
  const [chainOnly, setChainOnly] = useState(false);

  const shown = useMemo(() => {
    const wanted = search.trim().toLowerCase();
    return entries.filter((entry) => {
      if (chainOnly && chain !== null) return entry.chain === chain;
      if (groups.size > 0 && !groups.has(groupOf(entry.facts.kind))) return false;
      if (onlyLead && entry.userId !== lead.userId) return false;
      if (onlyErrors && entry.level === 'info') return false;
      if (wanted === '') return true;
      const { title, about } = entryText(entry, texts, language);
      return `${title} ${about} ${entry.userId ?? ''}`.toLowerCase().includes(wanted);
    });
  }, [entries, search, groups, onlyLead, onlyErrors, chain, chainOnly, lead.userId, texts, language]);
  const chainSize = useMemo(
    () => (chain === null ? 0 : entries.filter((entry) => entry.chain === chain).length),
    [entries, chain],
  );
  const depths = useMemo(() => depthsOf(chainOnly ? shown : []), [shown, chainOnly]);
  const nobodyYet = useMemo(() => entries.every((entry) => entry.userId === undefined), [entries]);
  const names = useMemo(() => new Map(leads.map(({ userId, name }) => [userId, name])), [leads]);
  return (
    <>
      <Filters
        search={search}
        onSearch={setSearch}
        groups={groups}
        onGroups={setGroups}
        onlyLead={onlyLead}
        onOnlyLead={setOnlyLead}
        onlyErrors={onlyErrors}
        onOnlyErrors={setOnlyErrors}
        leadName={lead.name}
      />
      {chain !== null && (
        <div class="chain-bar" role="status">
          <span>
            {texts.between.inChain}: <strong>{chainSize}</strong>
          </span>
          <button type="button" class="small" aria-pressed={chainOnly} onClick={() => setChainOnly(!chainOnly)}>
            {chainOnly ? texts.between.chainAll : texts.between.chainOnly}
          </button>
          <button
            type="button"
            class="icon-button"
            aria-label={texts.between.clear}
            title={texts.between.clear}
            onClick={() => {
              setChain(null);
              setChainOnly(false);
            }}
          >
            <Icon name="close" />
          </button>
        </div>
      )}
      <WindowedLog
        items={shown}
        keyOf={(entry) => entry.id}
        label={texts.between.log}
        announce={false}
        subject={`${search}|${[...groups].join()}|${onlyLead}|${onlyErrors}|${chainOnly}`}
        after={
          nobodyYet && shown.length > 0 ? (
            <Empty icon="bolt" title={texts.between.emptyTitle} text={texts.between.emptyText} />
          ) : null
        }
        empty={
          entries.length === 0 ? (
            <Empty icon="bolt" title={texts.between.emptyTitle} text={texts.between.emptyText} />
          ) : (
            <p class="nothing">{texts.between.nothing}</p>
          )
        }
        draw={(entry) => (
          <EntryRow
            entry={entry}
            leadName={entry.userId === undefined || entry.userId === lead.userId ? undefined : names.get(entry.userId)}
            linked={chain !== null && entry.chain === chain}
            dimmed={chain !== null && entry.chain !== chain}
            depth={depths.get(entry.id) ?? 0}
            onOpen={() => setChain(entry.chain)}
          />
        )}
      />
    </>
  );
}
