import { isScalar, type Scalar, visit } from 'yaml';
import type { Place, ProfileDocument } from './document.ts';

/** Where values that do not stand in the profile itself come from. */
export interface ReferenceSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * A text file's content.
   * @param path relative to the profile's folder, or absolute
   * @throws Error that says what is wrong with it
   */
  readFile(path: string): string;
}

/** What became of a profile's references. */
export interface ResolvedReferences {
  readonly problems: readonly (Place & { readonly message: string })[];
  /** Scalars whose text came from elsewhere: it is never shown, and may stand for a number. */
  readonly foreign: ReadonlySet<unknown>;
}

/** `${NAME}` and `${NAME:default}`; `$${` is a plain `${`. */
const variable = /\$(\$\{)|\$\{([A-Za-z_]\w*)(?::([^}]*))?\}/g;
/** systemd names credentials as files: no folders (systemd.exec(5), LoadCredential=). */
const credentialName = /^[\w.@:-]+$/;

/**
 * Puts values in place of references, in all texts of the profile: `${NAME:default}` from the environment anywhere in
 * a text, and for a whole text `file:<path>` or `credential:<name>` (systemd's, in `$CREDENTIALS_DIRECTORY`), without
 * the line end that editors leave behind.
 */
export function resolveReferences(document: ProfileDocument, sources: ReferenceSources): ResolvedReferences {
  const problems: (Place & { message: string })[] = [];
  const foreign = new Set<unknown>();
  visit(document.yaml, {
    Scalar(key, node) {
      if (key === 'key' || typeof node.value !== 'string') return;
      try {
        const text = resolve(node.value, sources);
        if (text === node.value) return;
        node.value = text;
        foreign.add(node);
      } catch (error) {
        problems.push({ ...document.placeOfNode(node), message: (error as Error).message });
      }
    },
  });
  return { problems, foreign };
}

/** Turns texts of numbers and truth values, come from elsewhere, into what they stand for. True where one did. */
export function reread(node: unknown): boolean {
  if (!isScalar(node) || typeof node.value !== 'string') return false;
  const value = plainValue(node.value);
  if (value === undefined) return false;
  (node as Scalar).value = value;
  return true;
}

function resolve(text: string, { env, readFile }: ReferenceSources): string {
  const filled = text.replace(variable, (_, escaped?: string, name?: string, otherwise?: string) => {
    if (escaped !== undefined || name === undefined) return '${';
    const value = env[name] ?? otherwise;
    if (value === undefined) {
      throw new Error(`the environment has no ${name}; set it, or give a default: \${${name}:default}`);
    }
    return value;
  });
  const [, scheme, rest] = /^(file|credential):(.*)$/s.exec(filled) ?? [];
  if (scheme === undefined || rest === undefined) return filled;
  return readFile(scheme === 'file' ? rest : credentialPath(rest, env)).replace(/\r?\n$/, '');
}

function credentialPath(name: string, env: ReferenceSources['env']): string {
  const folder = env.CREDENTIALS_DIRECTORY;
  if (!credentialName.test(name)) throw new Error('a credential is named by letters, digits and ._@:-');
  if (folder === undefined) {
    throw new Error(
      `there is no $CREDENTIALS_DIRECTORY to take the credential ${name} from; systemd sets it`,
    );
  }
  return `${folder}/${name}`;
}

/** Only what is written the usual way: `007` stays a text. */
function plainValue(text: string): number | boolean | undefined {
  if (text === 'true' || text === 'false') return text === 'true';
  return text !== '' && String(Number(text)) === text && Number.isFinite(Number(text))
    ? Number(text)
    : undefined;
}
