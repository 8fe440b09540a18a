import { usePage } from '../state/page-context.ts';
import { Icon } from '../ui/pictures.tsx';
import { GROUPS, type Group } from './groups.ts';

interface Props {
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
export function Filters(props: Props) {
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
