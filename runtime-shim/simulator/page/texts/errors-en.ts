import type { requestErrorsRu, scriptHintsRu } from './errors-ru.ts';

/** What a script's error means and what to do, by its code. */
export const scriptHintsEn: typeof scriptHintsRu = {
  script_syntax: 'A bracket, a quote or a comma is out of place.',
  script_error: 'The script failed at this line. Check the names: upper and lower case count.',
  script_timeout: 'The script took too long. Check the condition of the loop.',
  script_deadline: 'The script did not end in time. Check the loops and how often it asks LiveTex.',
  script_memory: 'The script ran out of memory. Do not collect everything in one array.',
  script_host_calls: 'One script may not ask that often.',
  script_result_too_large: 'The script returned, wrote or sent too much.',
  script_attributes_full: 'The lead or the bot has too many attributes. Delete what is not needed.',
  script_async: 'Write without async, await and then: all calls are synchronous.',
  script_argument: 'The call takes other arguments.',
  script_unsupported: 'The simulator does not have this part of the platform.',
  script_host_failed: 'The platform could not perform the call. Try again.',
  script_library_missing: 'Put the library’s file into the folder libraries.',
  script_unknown: 'No script has this code. Take the code from bot.json.',
  script_loop: 'Scripts run each other in a circle.',
  attr_key_invalid: 'An attribute’s name is a non-empty string.',
  attr_value_invalid:
    'A value is a string, a number, true, false or null. Pass a field of the object instead of the object.',
  attr_argument_invalid: 'An object is needed: { key: value }.',
};

/** How a request to LiveTex failed, by its code. */
export const requestErrorsEn: typeof requestErrorsRu = {
  livetex_unreachable: 'LiveTex is not reachable',
  livetex_timeout: 'LiveTex did not answer in time',
  livetex_token_refused: 'LiveTex refused the token',
  livetex_method_forbidden: 'LiveTex does not allow this method',
  livetex_refused: 'LiveTex refused',
  livetex_rate_limited: 'LiveTex asks to wait',
  livetex_failed: 'a failure at LiveTex',
  livetex_answer_invalid: 'LiveTex’s answer is not understood',
  livetex_no_group: 'LiveTex has no group of operators',
  aborted: 'the request was aborted',
};
