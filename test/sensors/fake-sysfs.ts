import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A folder that looks like the kernel's: what a test puts in, it can change and take away. */
export class FakeSysfs {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  /** `files`: path below the root to content. A content that begins with `->` is a link. */
  static async make(files: Readonly<Record<string, string>>): Promise<FakeSysfs> {
    const sysfs = new FakeSysfs(await mkdtemp(path.join(tmpdir(), 'vedette-sysfs-')));
    for (const [file, content] of Object.entries(files)) await sysfs.write(file, content);
    return sysfs;
  }

  async write(file: string, content: string): Promise<void> {
    const whole = path.join(this.root, file);
    await mkdir(path.dirname(whole), { recursive: true });
    if (content.startsWith('->')) await symlink(content.slice(2), whole);
    else await writeFile(whole, `${content}\n`);
  }

  async remove(file: string): Promise<void> {
    await rm(path.join(this.root, file), { recursive: true, force: true });
  }
}
