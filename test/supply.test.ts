import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (name: string) => JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'));
const manifest = read('package.json') as {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  allowScripts: Record<string, boolean>;
};
const lock = read('package-lock.json') as {
  packages: Record<
    string,
    {
      resolved?: string;
      integrity?: string;
      link?: boolean;
      hasInstallScript?: boolean;
      optionalDependencies?: Record<string, string>;
      optional?: boolean;
    }
  >;
};
const packages = Object.entries(lock.packages).filter(([path]) => path !== '');

test('no dependency runs a script at installation unless it is on the list', () => {
  const withScripts = packages
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => path.replace(/^.*node_modules\//, ''));
  const listed = Object.keys(manifest.allowScripts).filter((name) => manifest.allowScripts[name]);
  // fsevents is for macOS alone and is never installed here.
  expect(withScripts.filter((name) => name !== 'fsevents').sort()).toEqual(listed.sort());
});

test('the lockfile names no download address and pins every content', () => {
  expect(packages.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
  expect(packages.filter(([, { integrity }]) => integrity === undefined).map(([path]) => path)).toEqual([]);
});

test('every direct dependency has one exact version', () => {
  const ranges = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
    ([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
  );
  expect(ranges).toEqual([]);
});

test('the lockfile has the packages of all platforms, so that it installs on each', () => {
  const wanted = packages.flatMap(([, { optionalDependencies }]) => Object.keys(optionalDependencies ?? {}));
  const missing = wanted.filter((name) => !packages.some(([path]) => path.endsWith(`node_modules/${name}`)));
  expect(missing).toEqual([]);
  expect(wanted).toContain('@img/sharp-linux-arm64');
});
