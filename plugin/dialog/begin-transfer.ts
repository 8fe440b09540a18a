import type { EventOf } from '../contract/dialog-event.ts';
import { type Draft, runIfThere } from './draft.ts';
import { laterBound } from './older-event.ts';
import { fact } from './transition-context.ts';

/** The transfer table of design section 6: by fresh availability and the script of type `Нет доступных операторов`. */
export function requestTransfer(draft: Draft, event: EventOf<'TransferRequested'>): void {
  // One is under way: the second request of an impatient lead or of a script that asks twice does nothing.
  if (draft.state.mode !== 'bot') return;
  const availability = fact(draft.context, 'availability');
  if (availability.state === 'unknown') {
    const why = availability.reason === undefined ? '' : `: ${availability.reason}`;
    draft.effects.push({
      do: 'authorLog',
      level: 'warn',
      text: `Неизвестно, есть ли операторы онлайн, поэтому считаем, что их нет${why}`,
    });
  }
  if (availability.state !== 'online' && fact(draft.context, 'scripts').has('no_operators')) {
    // Whoever asks for an operator in the script for "no operators" means LiveTex's queue; running it again would never end.
    if (event.scriptType !== 'no_operators') {
      offerNoOperatorsScript(draft);
      return;
    }
  }
  beginTransfer(draft);
}

function offerNoOperatorsScript(draft: Draft): void {
  if (draft.state.noOperatorsScriptRan) {
    // The lead has said nothing since: a script asks in a loop, or asks twice. Once is enough.
    draft.effects.push({
      do: 'authorLog',
      level: 'warn',
      text: 'Перевод запрошен ещё раз, но операторов нет, а скрипт «Нет доступных операторов» уже запущен: запрос пропущен',
    });
    return;
  }
  runIfThere(draft, 'no_operators', 'no_operators');
  draft.effects.push({ do: 'count', outcome: 'no_operators' });
  draft.state = { ...draft.state, noOperatorsScriptRan: true };
}

function beginTransfer(draft: Draft): void {
  const { context } = draft;
  const profile = fact(context, 'profile');
  const { groupId } = fact(context, 'availability');
  const selection = { groupId, name: profile.name, attributes: { ...profile.attributes } };
  const transfer = draft.state.transfer + 1;
  draft.state = {
    ...draft.state,
    mode: 'transferring',
    transfer,
    selection,
    selecting: true,
    notBefore: laterBound(context.facts.liveTexTime ?? null, draft.state.notBefore),
    // The request itself is what the operator has to answer.
    answered: false,
    noOperatorsScriptRan: false,
  };
  draft.cause = 'transfer_requested';
  draft.effects.push(
    { do: 'select', transfer, again: false, selection },
    { do: 'schedule', timer: 'transfer', transfer, number: 0, at: context.now + context.timeouts.transferMs },
    { do: 'count', outcome: 'started' },
  );
}
