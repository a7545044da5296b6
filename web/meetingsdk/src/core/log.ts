export type LogLevel = 'info' | 'error' | 'silent';

const rank: Record<LogLevel, number> = { info: 0, error: 1, silent: 2 };
let level: LogLevel = 'error';
const warned = new Set<string>();

/** What the SDK writes to the console. Tokens, passwords and signatures never go in here. */
export const log = {
  setLevel(next: unknown): void {
    if (next === 'info' || next === 'error' || next === 'silent') level = next;
  },
  /** Whether everything is written, for libraries that have a log of their own. */
  get verbose(): boolean {
    return level === 'info';
  },
  info(...args: unknown[]): void {
    if (rank[level] <= rank.info) write('info', args);
  },
  /** A warning for the developer of the page, written once however often it applies. */
  warnOnce(text: string): void {
    if (level === 'silent' || warned.has(text)) return;
    warned.add(text);
    write('warn', [text]);
  },
  /** A warning for the developer of the page about what just happened. */
  warn(text: string): void {
    if (level !== 'silent') write('warn', [text]);
  },
  error(...args: unknown[]): void {
    if (rank[level] <= rank.error) write('error', args);
  },
  /** The log message that bots look for: `join error code:`, number, sentence. */
  joinError(code: number, sentence: string): void {
    if (level === 'silent') return;
    // eslint-disable-next-line no-console -- pages patch console.log to catch exactly this call
    console.log('join error code:', code, sentence);
  },
};

function write(kind: 'info' | 'warn' | 'error', args: unknown[]): void {
  // eslint-disable-next-line no-console -- the one place that writes to the console
  console[kind]('[anteroom]', ...args);
}
