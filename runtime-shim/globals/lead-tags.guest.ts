import { keyArgument, textListArgument } from './arguments.guest.ts';
import { keysOf, toText } from './intrinsics.guest.ts';
import { collectWrite, type RunState } from './run-state.guest.ts';
import { setOwn } from './text-store.guest.ts';

/** The tag methods of `lead`. `self` is what the chainable ones return. */
export function leadTags(state: RunState, self: object): Record<string, unknown> {
  const set = (tag: string, present: boolean): void => {
    collectWrite(state, state.tags, tag, present);
  };
  const one = (call: string, present: boolean) => (tag: unknown) => {
    set(keyArgument(call, tag, 'tag'), present);
    return self;
  };
  const many = (call: string, present: boolean) => (tags: unknown) => {
    const names = textListArgument(call, 'tag', tags);
    for (let index = 0; index < names.length; index += 1) set(names[index] as string, present);
    return self;
  };
  return {
    __proto__: null,
    addTag: one('lead.addTag', true),
    addTags: many('lead.addTags', true),
    deleteTag: one('lead.deleteTag', false),
    deleteTags: many('lead.deleteTags', false),
    isTagExist(tag: unknown) {
      const name = keyArgument('lead.isTagExist', tag, 'tag');
      if (name in state.tags) return state.tags[name];
      return given(state, name);
    },
    getAllTags() {
      const { tags } = state.input.lead;
      const result: string[] = [];
      for (let index = 0; index < tags.length; index += 1) {
        const tag = tags[index] as string;
        if (state.tags[tag] ?? true) append(result, tag);
      }
      const written = keysOf(state.tags);
      for (let index = 0; index < written.length; index += 1) {
        const tag = written[index] as string;
        if ((state.tags[tag] ?? false) && !given(state, tag)) append(result, tag);
      }
      return result;
    },
  };
}

/** Into an ordinary array for the script, past any setter on `Array.prototype`. */
function append(result: string[], tag: string): void {
  setOwn(result, toText(result.length), tag);
}

function given(state: RunState, tag: string): boolean {
  const { tags } = state.input.lead;
  for (let index = 0; index < tags.length; index += 1) if (tags[index] === tag) return true;
  return false;
}
