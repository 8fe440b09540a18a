import { useMemo, useState } from 'preact/hooks';
import type { EntryRecord, LeadRecord } from '../../records.ts';
import { usePage } from '../state/page-context.ts';
import { Empty, Icon } from '../../../page/parts/pictures.tsx';
import { WindowedLog } from '../ui/windowed-log.tsx';
import { EntryRow, FoldRow } from './entry-row.tsx';
import { depthsOf, entryText } from './entry-text.ts';
import { foldRows, rowOf, type TimelineRow } from './fold-rows.ts';
import { type Group, groupOf, GROUPS } from './groups.ts';

/** The chain of events that the person looks at; `only`: nothing else is shown. */
export interface ShownChain {
  readonly id: number;
  readonly only: boolean;
}

interface Props {
  readonly entries: readonly EntryRecord[];
  readonly leads: readonly LeadRecord[];
  /** The lead that the page is about. */
  readonly lead: LeadRecord;
  readonly chain: ShownChain | null;
  readonly onChain: (chain: ShownChain | null) => void;
}

/** Everything that happened between the lead and the operator. */
export function TimelineColumn({ entries, leads, lead, chain, onChain }: Props) {
  const { texts, language } = usePage();
  const [search, setSearch] = useState('');
  const [groups, setGroups] = useState<ReadonlySet<Group>>(new Set());
  const [onlyLead, setOnlyLead] = useState(false);
  const [onlyErrors, setOnlyErrors] = useState(false);
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  /** The row that Tab leads to; none: the newest. */
  const [current, setCurrent] = useState<string | null>(null);
  const chainOnly = chain?.only === true;
  const wanted = search.trim().toLowerCase();

  const shown = useMemo(
    () =>
      entries.filter((entry) => {
        if (chain?.only === true) return entry.chain === chain.id;
        if (groups.size > 0 && !groups.has(groupOf(entry.facts.kind))) return false;
        if (onlyLead && entry.userId !== lead.userId) return false;
        if (onlyErrors && entry.level === 'info') return false;
        if (wanted === '') return true;
        const { title, about } = entryText(entry, texts, language);
        return `${title} ${about} ${entry.userId ?? ''}`.toLowerCase().includes(wanted);
      }),
    [entries, wanted, groups, onlyLead, onlyErrors, chain, lead.userId, texts, language],
  );
  // Who asks for something in particular sees it as it is.
  const isFolded = !chainOnly && groups.size === 0 && wanted === '' && !onlyErrors;
  const rows = useMemo(() => (isFolded ? foldRows(shown, unfolded) : shown.map(rowOf)), [shown, unfolded, isFolded]);
  const chainSize = useMemo(
    () => (chain === null ? 0 : entries.filter((entry) => entry.chain === chain.id).length),
    [entries, chain],
  );
  const depths = useMemo(() => depthsOf(chainOnly ? shown : []), [shown, chainOnly]);
  const nobodyYet = useMemo(() => entries.every((entry) => entry.userId === undefined), [entries]);
  const names = useMemo(() => new Map(leads.map(({ userId, name }) => [userId, name])), [leads]);
  const tabStop = rows.some(({ id }) => id === current) ? current : rows.at(-1)?.id;
  const toggleFold = (id: string): void => {
    const next = new Set(unfolded);
    if (!next.delete(id)) next.add(id);
    setUnfolded(next);
  };
  const draw = (row: TimelineRow) => {
    const common = { tabStop: row.id === tabStop, onFocus: () => setCurrent(row.id) };
    if ('folded' in row) {
      const isLinked = chain !== null && row.folded.some((entry) => entry.chain === chain.id);
      return (
        <FoldRow
          {...common}
          entries={row.folded}
          open={unfolded.has(row.id)}
          linked={isLinked}
          dimmed={chain !== null && !isLinked}
          onToggle={() => toggleFold(row.id)}
        />
      );
    }
    const { entry } = row;
    const isLinked = chain !== null && entry.chain === chain.id;
    return (
      <EntryRow
        {...common}
        entry={entry}
        leadName={entry.userId === undefined || entry.userId === lead.userId ? undefined : names.get(entry.userId)}
        linked={isLinked}
        dimmed={chain !== null && !isLinked}
        depth={depths.get(entry.id) ?? 0}
        onOpen={() => onChain({ id: entry.chain, only: chainOnly && isLinked })}
      />
    );
  };
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
          <button
            type="button"
            class="small"
            aria-pressed={chainOnly}
            onClick={() => onChain({ ...chain, only: !chainOnly })}
          >
            {chainOnly ? texts.between.chainAll : texts.between.chainOnly}
          </button>
          <button
            type="button"
            class="icon-button"
            aria-label={texts.between.clear}
            title={texts.between.clear}
            onClick={() => onChain(null)}
          >
            <Icon name="close" />
          </button>
        </div>
      )}
      <WindowedLog
        items={rows}
        keyOf={(row) => row.id}
        label={texts.between.log}
        announce={false}
        rows=".entry-line"
        subject={`${search}|${[...groups].join()}|${onlyLead}|${onlyErrors}|${chainOnly ? chain.id : ''}`}
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
        draw={draw}
      />
    </>
  );
}

interface FilterProps {
  readonly search: string;
  readonly onSearch: (text: string) => void;
  /** None: all of them. */
  readonly groups: ReadonlySet<Group>;
  readonly onGroups: (groups: ReadonlySet<Group>) => void;
  readonly onlyLead: boolean;
  readonly onOnlyLead: (only: boolean) => void;
  readonly onlyErrors: boolean;
  readonly onOnlyErrors: (only: boolean) => void;
  readonly leadName: string;
}

/** What of the timeline is shown. */
function Filters(props: FilterProps) {
  const { texts } = usePage();
  const { groups } = props;
  const toggle = (group: Group): void => {
    const next = new Set(groups);
    if (!next.delete(group)) next.add(group);
    props.onGroups(next);
  };
  return (
    <search class="filters">
      <span class="search">
        <Icon name="search" />
        <input
          type="search"
          value={props.search}
          aria-label={texts.between.search}
          placeholder={texts.between.search}
          onInput={(event) => props.onSearch(event.currentTarget.value)}
        />
      </span>
      <div class="filter-chips" role="group" aria-label={texts.between.filters}>
        {GROUPS.map((group) => (
          <button
            type="button"
            key={group}
            class={`filter group-${group}`}
            aria-pressed={groups.has(group)}
            onClick={() => toggle(group)}
          >
            {texts.between.groups[group]}
          </button>
        ))}
        <button
          type="button"
          class="filter narrowing"
          aria-pressed={props.onlyErrors}
          onClick={() => props.onOnlyErrors(!props.onlyErrors)}
        >
          {texts.between.errorsOnly}
        </button>
        <button
          type="button"
          class="filter narrowing"
          aria-pressed={props.onlyLead}
          title={props.leadName}
          onClick={() => props.onOnlyLead(!props.onlyLead)}
        >
          {texts.between.onlyLead}
        </button>
      </div>
    </search>
  );
}
