/** The public types in a normal form, so that every change of them is seen in review. */

import ts from 'typescript';

/** Prints what a type file exports, without comments, one declaration a paragraph, sorted by name. */
export function apiReport(title: string, files: readonly { name: string; text: string }[]): string {
  const printer = ts.createPrinter({ removeComments: true });
  const found: { name: string; text: string }[] = [];
  for (const { name, text } of files) {
    const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
    for (const statement of source.statements) {
      if (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement) || ts.isExportAssignment(statement)) continue;
      found.push({ name: declarationName(statement), text: printer.printNode(ts.EmitHint.Unspecified, statement, source) });
    }
  }
  found.sort((a, b) => (a.name < b.name ? -1 : 1));
  return `# ${title}\n\nEvery exported type. Generated; \`npm test -- -u\` makes it anew.\n\n\`\`\`ts\n${found.map((one) => one.text).join('\n\n')}\n\`\`\`\n`;
}

function declarationName(statement: ts.Statement): string {
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations[0]?.name.getText() ?? '';
  return (statement as ts.DeclarationStatement).name?.getText() ?? '';
}
