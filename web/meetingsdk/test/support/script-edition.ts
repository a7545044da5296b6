import path from 'node:path';
import { Parser, tokTypes } from 'acorn';

/** The file of the package that is written in ES5; the others are in ES2017. */
export const es5File = 'zoom-meeting-embedded-ES5.min.js';

/** The part of acorn that its types leave out. */
interface Tokenizer extends Parser {
  input: string;
  pos: number;
  finishToken(type: unknown, value?: string): void;
}

/**
 * acorn 6 as webpack 4 uses it: `import()` is known whatever the edition. It is
 * read as the call of a function.
 */
class ParserWithImport extends (Parser as unknown as new (options: object, input: string) => Tokenizer) {
  override finishToken(type: unknown, value?: string): void {
    if (type === tokTypes._import && /^\s*\(/.test(this.input.slice(this.pos, this.pos + 10))) super.finishToken(tokTypes.name, 'Import');
    else super.finishToken(type, value);
  }
}

/** Why a script of the package cannot be read in its edition, or null if it can. */
export function syntaxError(file: string, code: string): string | null {
  const es5 = path.basename(file) === es5File;
  // Scripts and CommonJS modules are in `dist` or have an extension of their own.
  const sourceType = file.endsWith('.cjs') || file.startsWith(`dist${path.sep}`) ? 'script' : 'module';
  try {
    if (es5) Parser.parse(code, { ecmaVersion: 5, sourceType });
    else new ParserWithImport({ ecmaVersion: 8, sourceType }, code).parse();
    return null;
  } catch (error) {
    const { message, pos } = error as SyntaxError & { pos: number };
    return `${file} is not ${es5 ? 'ES5' : 'ES2017'}: ${message}, at ${JSON.stringify(code.slice(pos, pos + 60))}`;
  }
}
