/** Tells an unknown address from a known one with another method. */

interface KnownRoute {
  readonly method: string;
  readonly pattern: RegExp;
}

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** `/api/v1/bodies/:id` → a test of concrete paths. */
function patternOf(url: string): RegExp {
  const source = url
    .split('/')
    .map((part) => {
      if (part === '*') return '.*';
      // A colon that is doubled is a literal one: `/records::push`.
      return part
        .split('::')
        .map((piece) => {
          const at = piece.indexOf(':');
          return at < 0 ? escapeRegExp(piece) : `${escapeRegExp(piece.slice(0, at))}[^/]+`;
        })
        .join(':');
    })
    .join('/');
  return new RegExp(`^${source}$`);
}

export class KnownRoutes {
  readonly #routes: KnownRoute[] = [];

  add(methods: string | readonly string[], url: string): void {
    // A catch-all serves files; it does not make every address a known one.
    if (url === '*' || url === '/*') return;
    const pattern = patternOf(url);
    for (const method of typeof methods === 'string' ? [methods] : methods) this.#routes.push({ method, pattern });
  }

  /** The methods that this path takes; empty for an unknown path. */
  methodsOf(path: string): string[] {
    return [...new Set(this.#routes.filter((route) => route.pattern.test(path)).map((route) => route.method))];
  }
}
