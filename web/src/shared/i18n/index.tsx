/** Chinese first, English beside it. A dictionary is one file a language; en.ts has exactly the keys of zh.ts. */
import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useState } from 'react';
import { ApiError } from '../api/client.ts';
import type { Words } from '../api/types.ts';
import { zh } from './zh.ts';

export type Key = keyof typeof zh;
export type Dictionary = Readonly<Record<Key, string>>;
export type Language = 'zh' | 'en';
type Params = Readonly<Record<string, string | number>>;

export interface I18n {
  readonly language: Language;
  setLanguage(language: Language): void;
  /** Words of the desk itself; `{name}` is filled from the parameters. */
  t(key: Key, params?: Params): string;
  /** Words that the server sent in both languages. */
  w(words: Words): string;
  /** What an error says: what is wrong and what to do next. */
  explain(error: unknown): string;
}

const store = 'chengxin.language';
const Context = createContext<I18n | null>(null);

function stored(): Language {
  try {
    return localStorage.getItem(store) === 'en' ? 'en' : 'zh';
  } catch {
    return 'zh';
  }
}

let english: Dictionary | null = null;
async function dictionaryOf(language: Language): Promise<Dictionary> {
  if (language === 'zh') return zh;
  english ??= (await import('./en.ts')).en;
  return english;
}

/** To be awaited before the first render, so that no page changes its language while it is read. */
export async function loadLanguage(): Promise<{ language: Language; dictionary: Dictionary }> {
  const language = stored();
  return { language, dictionary: await dictionaryOf(language) };
}

export function fill(template: string, params: Params = {}): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));
}

export function I18nProvider({
  initial,
  children,
}: {
  initial: Awaited<ReturnType<typeof loadLanguage>>;
  children: ReactNode;
}) {
  const [state, setState] = useState(initial);
  const setLanguage = useCallback((language: Language) => {
    try {
      localStorage.setItem(store, language);
    } catch {
      // Without storage the choice lasts as long as the page.
    }
    void dictionaryOf(language).then((dictionary) => setState({ language, dictionary }));
  }, []);
  useEffect(() => {
    document.documentElement.lang = state.language === 'zh' ? 'zh-CN' : 'en';
  }, [state.language]);
  const value = useMemo<I18n>(() => {
    const { language, dictionary } = state;
    const t: I18n['t'] = (key, params) => fill(dictionary[key], params);
    return {
      language,
      setLanguage,
      t,
      w: (words) => words[language] || words.zh,
      explain: (error) => {
        if (!(error instanceof ApiError)) return t('error.unexpected');
        if (error.problem)
          return language === 'zh' ? error.problem.detail : (error.problem.detailEn ?? error.problem.detail);
        return error.status === 0 ? t('error.offline') : t('error.status', { status: error.status });
      },
    };
  }, [state, setLanguage]);
  return <Context value={value}>{children}</Context>;
}

export function useI18n(): I18n {
  const value = use(Context);
  if (!value) throw new Error('I18nProvider is missing');
  return value;
}
