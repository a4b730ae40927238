/** The import table of docs/architecture.md: a room of src/ imports what its row names, and nothing else. */
const rooms = {
  http: ['requests', 'signaling', 'access', 'records', 'identity'],
  // Only the schemas that stand beside each kind; it opens nothing.
  profile: [
    'media',
    'sensors',
    'actions',
    'locks',
    'keypads',
    'rules',
    'records',
    'buses',
    'signaling',
    'homeassistant',
    'access',
  ],
  requests: ['access', 'actions', 'records', 'second-steps'],
  'second-steps': ['access', 'identity'],
  homeassistant: ['buses'],
  session: ['transport', 'rtp', 'media'],
  signaling: ['identity', 'buses'],
  access: ['identity'],
  backup: ['access', 'identity'],
  actions: ['records', 'media', 'buses'],
  records: ['media'],
  sensors: ['media', 'buses'],
  locks: [],
  keypads: ['buses'],
  rules: [],
  ringing: [],
  transport: ['rtp'],
  rtp: [],
  media: [],
  buses: [],
  identity: [],
  protocol: [],
  viewer: ['identity'],
};
/** Open to every room. */
const open = [
  'protocol/',
  'errors\\.ts$',
  'log\\.ts$',
  'clock\\.ts$',
  'deadline\\.ts$',
  'sqlite-(file|thread)\\.ts$',
  'token-bucket\\.ts$',
];
/** Single files of another room that a room may import. */
const exceptions = {
  buses: ['media/child-group\\.ts$'],
  keypads: ['media/child-group\\.ts$', 'sensors/(json-path|line-pattern)\\.ts$'],
  locks: ['media/listeners\\.ts$'],
  rtp: ['media/frame\\.ts$', 'media/sound/source\\.ts$'],
};

const roomRules = Object.entries(rooms).map(([room, others]) => ({
  name: `imports-of-${room}`,
  comment: `src/${room}/ may import: ${[...others, 'protocol, errors, log, clock, deadline, sqlite-file, sqlite-thread, token-bucket'].join(', ')}`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: {
    path: '^src/',
    pathNot: [room, ...others]
      .map((name) => `^src/${name}/`)
      .concat([...open, ...(exceptions[room] ?? [])].map((path) => `^src/${path}`)),
  },
}));

module.exports = {
  forbidden: [
    ...roomRules,
    {
      name: 'words-import-nothing',
      comment:
        'errors.ts, log.ts, clock.ts and deadline.ts are open to all, so they stand on nothing of ours',
      severity: 'error',
      from: { path: '^src/(errors|log|clock|deadline)\\.ts$' },
      to: { path: '^src/' },
    },
    {
      name: 'command-line-on-top',
      comment: 'only the command line starts; nothing imports it, and only it imports the agent',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { path: '^src/(cli/|agent\\.ts$)' },
    },
    {
      name: 'rooms-have-rules',
      comment: 'a new folder of src/ gets its row in the table first',
      severity: 'error',
      from: { path: '^src/([^/]+)/', pathNot: `^src/(cli|${Object.keys(rooms).join('|')})/` },
      to: {},
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true },
    },
    {
      name: 'werift-behind-transport',
      comment: 'what is below the seam can be replaced only if nobody else reaches it',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/transport/' },
      to: { path: '(^|/)werift' },
    },
    {
      name: 'only-real-dependencies',
      comment:
        'what src/ imports is installed with the package; the page is built, so it may use what builds it',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/viewer/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'] },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
    },
  },
};
