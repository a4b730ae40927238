import { readFileSync } from 'node:fs';
import { registerHooks, setSourceMapsSupport } from 'node:module';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/**
 * Loads the sources of src/ with a count in every function and every round of every loop:
 *
 *     for (…) { …                     for (…) { if (++$steps.taken > $steps.allowed) $steps.overrun(); …
 *     (x) => f(x)                     (x) => (++$steps.taken > $steps.allowed && $steps.overrun(), f(x))
 *
 * To be called before anything imports them. Nothing of it is in what users run.
 */
export function countSteps(): void {
  setSourceMapsSupport(true);
  registerHooks({
    load(url, context, nextLoad) {
      if (!url.startsWith(sources)) return nextLoad(url, context);
      return { format: 'module', source: counted(url), shortCircuit: true };
    },
  });
}

const sources = new URL('../../src/', import.meta.url).href;
const counter = new URL('./steps.ts', import.meta.url).href;

function counted(url: string): string {
  const fileName = fileURLToPath(url);
  return addCounts(readFileSync(fileName, 'utf8'), fileName);
}

/** A source as JavaScript that counts its steps. */
export function addCounts(source: string, fileName: string): string {
  const { outputText } = ts.transpileModule(source, {
    fileName,
    compilerOptions: {
      target: ts.ScriptTarget.ESNext,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      inlineSourceMap: true,
    },
    transformers: { before: [counting] },
  });
  // On the first line, so that the source map's lines stay right.
  return `import { steps as $steps } from ${JSON.stringify(counter)};${outputText}`;
}

const counting: ts.TransformerFactory<ts.SourceFile> = (context) => {
  const { factory } = context;
  const field = (name: string) =>
    factory.createPropertyAccessExpression(factory.createIdentifier('$steps'), name);
  const tooMany = () =>
    factory.createGreaterThan(factory.createPrefixIncrement(field('taken')), field('allowed'));
  const overrun = () => factory.createCallExpression(field('overrun'), undefined, []);
  const count = () => factory.createIfStatement(tooMany(), factory.createExpressionStatement(overrun()));
  const before = (block: ts.Block) => factory.updateBlock(block, [count(), ...block.statements]);
  const inLoop = (body: ts.Statement) =>
    ts.isBlock(body) ? before(body) : factory.createBlock([count(), body], true);

  const bodies = new Set<ts.Node>();
  const visit = (node: ts.Node): ts.Node => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body) bodies.add(node.body);
    const seen = ts.visitEachChild(node, visit, context);
    if (ts.isForStatement(seen))
      return factory.updateForStatement(
        seen,
        seen.initializer,
        seen.condition,
        seen.incrementor,
        inLoop(seen.statement),
      );
    if (ts.isForOfStatement(seen))
      return factory.updateForOfStatement(
        seen,
        seen.awaitModifier,
        seen.initializer,
        seen.expression,
        inLoop(seen.statement),
      );
    if (ts.isForInStatement(seen))
      return factory.updateForInStatement(seen, seen.initializer, seen.expression, inLoop(seen.statement));
    if (ts.isWhileStatement(seen))
      return factory.updateWhileStatement(seen, seen.expression, inLoop(seen.statement));
    if (ts.isDoStatement(seen))
      return factory.updateDoStatement(seen, inLoop(seen.statement), seen.expression);
    if (ts.isArrowFunction(seen) && !ts.isBlock(seen.body)) {
      const counted = factory.createParenthesizedExpression(
        factory.createComma(factory.createLogicalAnd(tooMany(), overrun()), seen.body),
      );
      return factory.updateArrowFunction(
        seen,
        seen.modifiers,
        seen.typeParameters,
        seen.parameters,
        seen.type,
        seen.equalsGreaterThanToken,
        counted,
      );
    }
    // Every other function has a block of statements for a body.
    return ts.isBlock(seen) && bodies.has(node) ? before(seen) : seen;
  };
  return (file) => ts.visitEachChild(file, visit, context);
};
