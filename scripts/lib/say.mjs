/** Words for the terminal: Chinese first, English beside it. */
export function say(zh, en) {
  process.stderr.write(`${zh}  ${en}\n`);
}

/** Something is wrong with the machine or the tree: exit code 3. */
export class EnvironmentProblem extends Error {
  constructor(zh, en, detail = '') {
    super(`${zh}\n${en}${detail ? `\n${detail}` : ''}`);
    this.name = 'EnvironmentProblem';
    this.zh = zh;
    this.en = en;
  }
}

export function exitWith(error) {
  if (error instanceof EnvironmentProblem) {
    process.stderr.write(`${error.message}\n`);
    process.exit(3);
  }
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(3);
}
