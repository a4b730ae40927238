import { createHash } from 'node:crypto';
import type { ServiceNeeds } from './service-needs.ts';

/** How a service is run. Paths are absolute. */
export interface ServicePlan {
  /** `vedette-porch`; its unit is `vedette-porch.service`. */
  readonly name: string;
  readonly title: string;
  /** A service of the person who asks, not of the machine. */
  readonly user: boolean;
  /** Node.js, its flags, and the program: what goes before `run`. */
  readonly command: readonly string[];
  readonly profile: string;
  /** Folders that the service reads and that its sandbox would hide: those in people's homes. */
  readonly visible: readonly string[];
  readonly path: string;
  readonly needs: ServiceNeeds;
  readonly credentials: readonly { readonly name: string; readonly file: string }[];
}

/** A device that says nothing for this long is ended and started anew: three looks at its health. */
const watchdog = '60s';
/** Linux's limit for a user's name (useradd(8)). */
const maxUserNameLength = 31;
const madeBy = '# Made by `vedette service install`';
const digestLength = 16;

/** The text of a systemd unit (systemd.service(5), systemd.exec(5)). */
export function unitText(plan: ServicePlan): string {
  const body = `${sections(plan).join('\n\n')}\n`;
  const edit = `systemctl ${plan.user ? '--user ' : ''}edit ${plan.name}`;
  return `${madeBy}; to change it, use \`${edit}\`. ${digest(body)}\n${body}`;
}

/** Whether a file is a unit that {@link unitText} made and nobody changed since. */
export function isOurUnit(text: string): boolean {
  const end = text.indexOf('\n');
  const head = text.slice(0, end);
  return head.startsWith(madeBy) && head.endsWith(` ${digest(text.slice(end + 1))}`);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digestLength);
}

function sections(plan: ServicePlan): readonly string[] {
  const { name, title, user, needs } = plan;
  return [
    [
      '[Unit]',
      `Description=Vedette: ${title.replaceAll('%', '%%')}`,
      ...(user ? [] : ['Wants=network-online.target', 'After=network-online.target']),
      '# It is started again for as long as it takes: a camera that is plugged in later, a disk that is mounted late.',
      'StartLimitIntervalSec=0',
    ].join('\n'),
    [
      '[Service]',
      'Type=notify',
      '# The word comes from systemd-notify, a child of the device.',
      'NotifyAccess=all',
      `ExecStart=${[...plan.command, 'run', plan.profile].map(quoted).join(' ')}`,
      `WorkingDirectory=${specifiers(folderOf(plan.profile))}`,
      `Environment=${quoted(`PATH=${plan.path}`)} MALLOC_ARENA_MAX=2`,
      'Restart=always',
      'RestartSec=2s',
      '# It is fed only while event loop, pictures and records are well.',
      `WatchdogSec=${watchdog}`,
      '# No picture and no key ends in a core file.',
      'WatchdogSignal=SIGKILL',
      'LimitCORE=0',
      'TimeoutStartSec=90s',
      'TimeoutStopSec=10s',
      'KillMode=mixed',
      'OOMPolicy=continue',
      `SyslogIdentifier=${name}`,
      // A person's own device keeps what it kept before it was a service.
      ...(user
        ? []
        : [
            `StateDirectory=${name}`,
            `CacheDirectory=${name}`,
            'StateDirectoryMode=0700',
            'CacheDirectoryMode=0700',
          ]),
      `Environment=NODE_COMPILE_CACHE=%C/${user ? '' : `${name}/`}vedette/compiled`,
      'UMask=0077',
    ].join('\n'),
    [
      '# Secrets: `credential:<name>` in the profile reads what is loaded here, whoever owns the file.',
      ...plan.credentials.map(
        ({ name: credential, file }) => `LoadCredential=${credential}:${specifiers(file)}`,
      ),
      ...(plan.credentials.length > 0
        ? []
        : [`# LoadCredential=mqtt-password:${specifiers(folderOf(plan.profile))}/mqtt-password`]),
    ].join('\n'),
    (user ? userSandbox : systemSandbox(plan)).join('\n'),
    ...(needs.notes.length > 0 ? [needs.notes.map((note) => `# ${note}`).join('\n')] : []),
    ['[Install]', `WantedBy=${user ? 'default.target' : 'multi-user.target'}`].join('\n'),
  ];
}

/** What a service manager of one person can take away without more rights than that person has. */
const userSandbox = [
  'NoNewPrivileges=yes',
  'LockPersonality=yes',
  'RestrictRealtime=yes',
  'RestrictSUIDSGID=yes',
  'SystemCallArchitectures=native',
];

function systemSandbox({ name, visible, needs }: ServicePlan): readonly string[] {
  const { groups, devices, lowPorts } = needs;
  const capability = lowPorts ? 'CAP_NET_BIND_SERVICE' : '';
  return [
    '# A user of its own, made while it runs; one of this name that exists is taken.',
    'DynamicUser=yes',
    `User=${name.slice(0, maxUserNameLength).replace(/-+$/, '')}`,
    ...(groups.length > 0 ? [`SupplementaryGroups=${groups.join(' ')}`] : []),
    ...(devices.length > 0
      ? [
          '# Only the devices that the profile names kinds of.',
          'DevicePolicy=closed',
          ...devices.map((device) => `DeviceAllow=${device} rw`),
        ]
      : ['PrivateDevices=yes']),
    `CapabilityBoundingSet=${capability}`,
    ...(lowPorts ? [`AmbientCapabilities=${capability}`] : []),
    'NoNewPrivileges=yes',
    'ProtectSystem=strict',
    'ProtectHome=tmpfs',
    ...visible.map((folder) => `BindReadOnlyPaths=${specifiers(folder)}`),
    'PrivateTmp=yes',
    'PrivateMounts=yes',
    'ProtectProc=invisible',
    'ProtectClock=yes',
    'ProtectHostname=yes',
    'ProtectKernelLogs=yes',
    'ProtectKernelModules=yes',
    'ProtectKernelTunables=yes',
    'ProtectControlGroups=yes',
    '# AF_NETLINK: its own addresses, and devices that are plugged in.',
    'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK',
    'RestrictNamespaces=yes',
    'RestrictRealtime=yes',
    'RestrictSUIDSGID=yes',
    'RemoveIPC=yes',
    'LockPersonality=yes',
    'SystemCallArchitectures=native',
    'SystemCallFilter=@system-service',
    'SystemCallFilter=~@privileged @resources',
    'SystemCallErrorNumber=EPERM',
    '# Not MemoryDenyWriteExecute: JavaScript is compiled while it runs.',
  ];
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

/** systemd.unit(5), specifiers. */
function specifiers(text: string): string {
  return text.replaceAll('%', '%%');
}

/** A word of a command line or of `Environment=` (systemd.service(5), quoting). */
function quoted(word: string): string {
  const escaped = word
    .replaceAll('%', '%%')
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('$', '$$$$');
  return /^[\w@%+=:,./$-]+$/.test(escaped) ? escaped : `"${escaped}"`;
}
