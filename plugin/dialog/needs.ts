import type { ScriptType } from '../contract/script-types.ts';
import type { DialogEvent } from '../contract/dialog-event.ts';
import type { DialogState } from '../contract/dialog-state.ts';
import { operatorCommand } from './operator-command.ts';

/** Which facts a transition will ask for. */
export interface Needs {
  /** Fresh availability, the lead's profile and LiveTex's time. */
  readonly transfer: boolean;
  readonly scripts: readonly ScriptType[];
}

const NOTHING: Needs = { transfer: false, scripts: [] };

/** Can this kind of event need facts at all? For most of them the state need not be read in advance. */
export function mayNeedFacts(event: DialogEvent): boolean {
  switch (event.type) {
    case 'TransferRequested':
    case 'ReturnRequested':
    case 'SelectionRefused':
    case 'TimerFired':
    case 'Closed':
      return true;
    case 'OperatorText':
      return operatorCommand(event.text) !== undefined;
    default:
      return false;
  }
}

/** What has to be known before `transition(state, event)`. */
export function needsOf(state: DialogState, event: DialogEvent): Needs {
  if (event.type === 'TransferRequested') {
    return state.mode === 'bot' ? { transfer: true, scripts: ['no_operators'] } : NOTHING;
  }
  return state.mode === 'bot' ? NOTHING : { transfer: false, scripts: scriptsOf(event) };
}

function scriptsOf(event: DialogEvent): readonly ScriptType[] {
  switch (event.type) {
    case 'ReturnRequested':
    case 'Closed':
      return ['return'];
    case 'SelectionRefused':
      return ['no_operators'];
    case 'TimerFired':
      return event.timer === 'transfer' ? ['no_operators'] : ['operator_timeout', 'return'];
    case 'OperatorText': {
      const command = operatorCommand(event.text);
      if (command === undefined) return [];
      return command === '/bot' ? ['return'] : ['transfer'];
    }
    default:
      return [];
  }
}
