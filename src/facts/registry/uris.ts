/** `models:/churn/3`, `models:/churn@champion`, `models:/churn/Production`. */
export interface ModelUri {
  readonly name: string;
  readonly reference:
    | { readonly kind: 'version'; readonly version: string }
    | { readonly kind: 'alias'; readonly alias: string }
    | { readonly kind: 'stage'; readonly stage: string }
    | { readonly kind: 'latest' };
}

const STAGES = /^(production|staging|archived|none)$/i;

/** The parts of an MLflow model URI; undefined for any other text and for URIs with a substitution in the reference. */
export function modelUri(text: string): ModelUri | undefined {
  const match = /^models:\/{1,3}([^/@\s]{1,200})(?:\/([\w.-]{1,100})|@([\w.-]{1,100}))$/.exec(text.trim());
  if (match === null) return undefined;
  const [, name = '', reference, alias] = match;
  if (alias !== undefined) return { name, reference: { kind: 'alias', alias } };
  if (reference === undefined) return undefined;
  if (reference === 'latest') return { name, reference: { kind: 'latest' } };
  if (STAGES.test(reference)) return { name, reference: { kind: 'stage', stage: reference } };
  return /^\d+$/.test(reference) ? { name, reference: { kind: 'version', version: reference } } : undefined;
}
