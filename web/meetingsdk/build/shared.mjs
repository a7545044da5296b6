import { readFileSync } from 'node:fs';
import react from '@vitejs/plugin-react';

/** What the builds have in common. Nothing is read from the environment, so that equal sources give equal files. */
export const common = {
  configFile: false,
  envDir: false,
  publicDir: false,
  logLevel: 'warn',
  plugins: [react()],
  define: { 'process.env.NODE_ENV': '"production"' },
};

/** What the pages' own scripts are written in. */
export const target = 'es2022';

/** What the package is written in, for bundlers that read nothing newer, like webpack 4. */
export const packageTarget = 'es2017';

/** The version of the contract that is spoken, as the source has it. */
export const contractVersion = /contractVersion = '([\d.]+)'/.exec(readFileSync('src/core/meeting.ts', 'utf8'))[1];
