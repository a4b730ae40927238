# shellcheck shell=sh
# What both launchers need: a Node.js new enough, the dependencies, the page. Sourced with $root set to the
# repository. Where everything is in place it only looks at files; where not, it says what it does, on stderr.

: "${root:?is set by the launcher}"

# What installs the dependencies where the machine's own Node.js is too old for it.
setup_npm=11.19.1

say() { printf 'vedette: %s\n' "$*" >&2; }

# stop EXIT_CODE LINE...
stop() {
  code=$1
  shift
  for line in "$@"; do say "$line"; done
  exit "$code"
}

# Is this Node.js able to run TypeScript as it is? Type stripping came with 22.18 and 23.6.
new_enough() {
  version=$("$1" --version 2>/dev/null) || return 1
  major=${version#v}
  minor=${major#*.}
  major=${major%%.*}
  minor=${minor%%.*}
  case $major$minor in '' | *[!0-9]*) return 1 ;; esac
  case $major in
    22) [ "$minor" -ge 18 ] ;;
    23) [ "$minor" -ge 6 ] ;;
    *) [ "$major" -ge 24 ] ;;
  esac
}

# Sets $node, or fails.
find_node() {
  if [ -n "${VEDETTE_NODE:-}" ]; then
    new_enough "$VEDETTE_NODE" ||
      stop 3 "VEDETTE_NODE=$VEDETTE_NODE is not a Node.js of 22.18 or newer" "set it to one, or unset it"
    node=$VEDETTE_NODE
    return 0
  fi
  for node in "$(command -v node || :)" "$root/node_modules/.bin/node"; do
    if [ -n "$node" ] && new_enough "$node"; then return 0; fi
  done
  return 1
}

may_install() { [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; }

privileged() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

# Sets $install to the command that installs the given Debian packages here, under the names they have here.
install_command() {
  if command -v apt-get >/dev/null; then
    install="apt-get install -y --no-install-recommends $*"
  elif command -v dnf >/dev/null; then
    # Fedora's own ffmpeg goes by this name.
    install="dnf install -y $(printf '%s' "$*" | sed 's/^ffmpeg$/ffmpeg-free/')"
  elif command -v pacman >/dev/null; then
    install="pacman -S --noconfirm --needed $*"
  elif command -v apk >/dev/null; then
    install="apk add $*"
  else
    install=
  fi
}

# install_packages PACKAGE...: by the system's package manager, without asking; fails where it may not.
install_packages() {
  install_command "$@"
  if [ -z "$install" ] || ! may_install; then return 1; fi
  say "installing $*"
  # The command is ours and has no word with a space in it.
  # shellcheck disable=SC2086
  set -- env DEBIAN_FRONTEND=noninteractive $install
  if privileged "$@" </dev/null >/dev/null 2>&1; then return 0; fi
  # A machine's first installation needs the lists of packages.
  if command -v apt-get >/dev/null; then privileged apt-get update </dev/null >/dev/null 2>&1 || :; fi
  privileged "$@" </dev/null >&2
}

# need_program PROGRAM PACKAGE WHAT_FOR: there, or installed, or the end.
need_program() {
  if command -v "$1" >/dev/null; then return 0; fi
  if install_packages "$2" && command -v "$1" >/dev/null; then return 0; fi
  install_command "$2"
  if [ -n "$install" ]; then
    prefix=
    if [ "$(id -u)" -ne 0 ]; then prefix='sudo '; fi
    stop 3 "$1 is missing ($3)" "install it: $prefix$install"
  fi
  stop 3 "$1 is missing ($3)" "install it with the system's package manager, then run this again"
}

# Is there a file newer than $1 among the rest?
newer_than() {
  reference=$1
  shift
  [ -n "$(find "$@" -newer "$reference" -print 2>/dev/null | head -n 1)" ]
}

need_dependencies() {
  # npm writes this file last, so an interrupted installation is seen.
  installed=$root/node_modules/.package-lock.json
  if [ -f "$installed" ] && ! newer_than "$installed" "$root/package-lock.json"; then return 0; fi
  need_program npm npm "it installs Vedette's dependencies"
  say 'installing dependencies (about a minute)'
  install_dependencies || stop 1 "npm could not install the dependencies" "run it again: $root/bin/vedette version"
}

# npm_on PATH ARGUMENT...
npm_on() {
  npm_path=$1
  shift
  env PATH="$npm_path" npm "$@" --no-audit --no-fund --no-update-notifier --loglevel=error </dev/null >&2
}

# In a subshell: it changes folders.
install_dependencies() (
  cd "$root" || exit 1
  path_node=$(command -v node || :)
  if [ -n "$path_node" ] && new_enough "$path_node"; then
    npm_on "$PATH" ci --include=dev
    exit
  fi
  # An old Node.js would leave out every package that asks for a newer one, and say nothing where it is optional: the
  # binaries of sharp and rolldown. So npm runs on the Node.js that comes with the dependencies, fetched ahead.
  tools=$(mktemp -d "${TMPDIR:-/tmp}/vedette-setup.XXXXXX") || exit 1
  trap 'rm -rf "$tools"' EXIT
  printf '{ "allowScripts": { "node": true } }\n' >"$tools/package.json"
  version=$(sed -n 's/^ *"node": "\([0-9.]*\)",*$/\1/p' package.json)
  (cd "$tools" && npm_on "$PATH" install "node@$version" "npm@$setup_npm") || exit 1
  npm_on "$tools/node_modules/.bin:$PATH" ci --include=dev
)

# Sets $node.
need_node() {
  if find_node; then return 0; fi
  # The dependencies bring a Node.js of their own; a newer one is the package `node` of npm.
  need_dependencies
  find_node || stop 3 "no Node.js of 22.18 or newer was found" "install one: https://nodejs.org/en/download"
}

need_page() {
  page=$root/dist/viewer/index.html
  if [ -f "$page" ] && ! newer_than "$page" \
    "$root/src/viewer" "$root/src/protocol" "$root/src/identity" "$root/vite.config.ts"; then return 0; fi
  say 'building the page'
  (cd "$root" && "$node" node_modules/vite/bin/vite.js build --logLevel error </dev/null >&2) ||
    stop 1 "the page could not be built" "run it again: cd $root && npm run build:viewer"
}
