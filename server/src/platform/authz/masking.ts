/** Masking of fields, in one function for every answer, page, report and export. */

/** Who may see a field by itself, as the catalogue and the data standard say (公开 / 授权 / 政务共享 / 内部). */
export type FieldPublicity = 'public' | 'authorised' | 'government' | 'internal';
/** What a reader is in this reading; levels contain each other from left to right. */
export type ActorLevel = FieldPublicity;

const ranks: Readonly<Record<FieldPublicity, number>> = { public: 0, authorised: 1, government: 2, internal: 3 };

export function levelCovers(level: ActorLevel, publicity: FieldPublicity): boolean {
  return ranks[level] >= ranks[publicity];
}

export interface MaskableField {
  readonly publicity: FieldPublicity;
  /** Data of a person: a document is never shown, not even as a token; a name is masked below `government`. */
  readonly person?: 'document' | 'name' | undefined;
}

/**
 * The values that a reader of this level may see. A field that is not described is left out (deny by default), as is one
 * above the level; person names are masked with `maskName` for the public and for authorised outsiders.
 */
export function maskForActor<V>(
  values: Readonly<Record<string, V>>,
  fields: Readonly<Record<string, MaskableField>>,
  level: ActorLevel,
  maskName: (name: V) => V,
): Record<string, V> {
  const shown: Record<string, V> = {};
  for (const [code, value] of Object.entries(values)) {
    const field = Object.hasOwn(fields, code) ? fields[code] : undefined;
    if (!field || field.person === 'document' || !levelCovers(level, field.publicity)) continue;
    shown[code] = field.person === 'name' && !levelCovers(level, 'government') ? maskName(value) : value;
  }
  return shown;
}
