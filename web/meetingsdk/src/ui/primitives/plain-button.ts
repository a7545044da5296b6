/**
 * A button that belongs to no form, also where the app has the view in one.
 * `type="button"` would say the same, but sheets of frameworks give every
 * `[type=button]` a background, with more weight than our rules for elements
 * that apps style by their class.
 */
export const plainButton = { form: '' } as const;
