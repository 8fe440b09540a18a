/** The words of the attribute errors, as in `plugin/errors.ts`; a test holds the two together. */
export const ATTRIBUTE_MESSAGES = {
  attr_key_invalid: (facts: { got: string }): string =>
    `an attribute's key must be a non-empty string, got ${facts.got}`,
  attr_value_invalid: (facts: { key: string; got: string }): string =>
    `the value of "${facts.key}" must be a string, a finite number, true, false or null, got ${facts.got}`,
  attr_argument_invalid: (facts: { method: string; got: string }): string =>
    `${facts.method} takes an object { key: value }, got ${facts.got}`,
} as const;
