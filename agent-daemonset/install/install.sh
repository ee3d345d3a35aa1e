#!/bin/sh
# Installs the NannyAPI agent on a Linux host with systemd and enrols it at a control plane; run again, it upgrades.
#
#   install.sh --url URL [--ca-fingerprint HEX] [--enrollment-token TOKEN | --enrollment-token-file FILE]
#              [--name NAME] [--replace] [--no-start]
#   install.sh --uninstall
#
# Without an install token it prints a code, which a person approves on a page of the control plane.
# It writes to /usr/local/lib/nannyapi-agent, /usr/local/bin/nanny-agent, /etc/systemd/system/nannyapi-agent.service,
# /var/lib/nannyapi-agent (key, tokens, journal), and to /etc/nannyapi-agent.env where a proxy is set. A failure leaves
# the host as it was.
#
# Exit codes: 0 done, 1 not root, 2 not Linux, 3 unknown architecture, 4 no systemd, 7 a program is missing,
#   8 download failed, 9 checksum or fingerprint differs, 10 cannot be installed here, 11 not enrolled,
#   12 the service does not start, 64 wrong arguments.
set -eu

LIBRARY=/usr/local/lib/nannyapi-agent
PROGRAM=/usr/local/bin/nanny-agent
UNIT=/etc/systemd/system/nannyapi-agent.service
SETTINGS=/etc/nannyapi-agent.env
STATE=/var/lib/nannyapi-agent
SERVICE=nannyapi-agent.service

say() { printf '%s\n' "$*"; }

fail() { # exit code, words
  code=$1
  shift
  printf 'install.sh: %s\n' "$*" >&2
  exit "$code"
}

usage() {
  say 'install.sh --url URL [--ca-fingerprint HEX] [--enrollment-token TOKEN | --enrollment-token-file FILE]'
  say '           [--name NAME] [--replace] [--no-start]'
  say 'install.sh --uninstall'
}

# The whole file is read before anything is done: a download that broke off does nothing.
main() {
  url='' fingerprint='' token='' token_file='' name='' replace='' start=yes action=install
  while [ $# -gt 0 ]; do
    case $1 in
      --no-start) start='' ;;
      --replace) replace=yes ;;
      --uninstall) action=uninstall ;;
      --help | -h)
        usage
        exit 0
        ;;
      --url | --ca-fingerprint | --enrollment-token | --enrollment-token-file | --name)
        [ $# -ge 2 ] || fail 64 "$1 wants a value"
        case $1 in
          --url) url=${2%/} ;;
          --ca-fingerprint) fingerprint=$(printf %s "$2" | tr -d : | tr 'A-F' 'a-f') ;;
          --enrollment-token) token=$2 ;;
          --enrollment-token-file) token_file=$2 ;;
          --name) name=$2 ;;
        esac
        shift
        ;;
      *)
        usage >&2
        fail 64 "Unknown argument: $1"
        ;;
    esac
    shift
  done

  check_host
  [ "$action" = install ] || { uninstall && exit 0; }
  case $url in
    https://?*) ;;
    '') usage >&2 && fail 64 '--url is required' ;;
    *) fail 64 '--url must start with https://: key and tokens of this host travel there' ;;
  esac
  [ -z "$token" ] || [ -z "$token_file" ] || fail 64 'Give one of --enrollment-token and --enrollment-token-file'
  [ -z "$token_file" ] || [ -r "$token_file" ] || fail 64 "Cannot read $token_file"
  check_tools
  install_agent
}

check_host() {
  [ "$(uname -s)" = Linux ] || fail 2 "This is $(uname -s); the agent runs on Linux"
  [ "$(id -u)" = 0 ] || fail 1 'Run this as root: the agent looks into the whole host'
  case $(uname -m) in
    x86_64) arch=x64 ;;
    aarch64 | arm64) arch=arm64 ;;
    *) fail 3 "There is no agent for $(uname -m); it runs on x86_64 and aarch64" ;;
  esac
  [ -d /run/systemd/system ] || fail 4 'This host is not run by systemd, of which the agent is a service'
}

check_tools() {
  missing=''
  for tool in curl tar gzip sha256sum mktemp readlink; do
    command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"
  done
  [ -z "$missing" ] || fail 7 "Missing:$missing. Install them and run this again"
}

fetch() { # path, file
  if [ -n "$fingerprint" ]; then
    curl -fsS --globoff --retry 3 --cacert "$work/ca.crt" -o "$2" "$url$1"
  else
    curl -fsS --globoff --retry 3 -o "$2" "$url$1"
  fi || fail 8 "Cannot download $url$1"
}

same_sha256() { # file, hash
  [ "$(sha256sum "$1" | cut -d ' ' -f 1)" = "$2" ]
}

install_agent() {
  # Where it will stay: files get the right SELinux type there, and /tmp may forbid to run anything.
  mkdir -p "$LIBRARY" || fail 10 "Cannot write to $LIBRARY"
  work=$(mktemp -d "$LIBRARY/.new.XXXXXX") || fail 10 "Cannot write to $LIBRARY"
  undo=''
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP

  if [ -n "$fingerprint" ]; then
    # Over a connection that is not trusted; the fingerprint makes the file good, and the file all that follows.
    curl -fsSk --globoff --retry 3 -o "$work/ca.crt" "$url/ca.crt" || fail 8 "Cannot download $url/ca.crt"
    same_sha256 "$work/ca.crt" "$fingerprint" ||
      fail 9 "The CA of $url has another fingerprint than the one given: another control plane, or someone in between"
  fi
  package=nanny-agent-linux-$arch.tar.gz
  fetch "/download/$package.sha256" "$work/sha256"
  fetch "/download/$package" "$work/$package"
  same_sha256 "$work/$package" "$(cut -d ' ' -f 1 "$work/sha256")" || fail 9 "The checksum of $package differs: download it again"
  tar -xzf "$work/$package" -C "$work" --no-same-owner || fail 10 "Cannot unpack $package into $LIBRARY"
  new=$work/nanny-agent
  "$new/node" --version >/dev/null || fail 10 'Node does not run on this host: it wants glibc 2.28 or newer'
  version=$(cat "$new/VERSION")
  case $version in
    '' | *[!0-9A-Za-z.+-]*) fail 10 'The package has no version' ;;
  esac

  enroll
  put_in_place
  [ -z "$start" ] || start_service
  undo=''
  remove_older
  say "nanny-agent $version is installed$([ -n "$start" ] && echo ' and runs' || echo "; start it: systemctl enable --now $SERVICE")."
}

enroll() {
  if [ -e "$STATE/identity.json" ] && [ -z "$replace" ]; then
    known=$(sed -n 's/^  "url": "\(.*\)",$/\1/p' "$STATE/identity.json")
    [ "${known%/}" = "$url" ] ||
      fail 11 "This host is enrolled at ${known%/}, not at $url: --replace gives that identity up, --uninstall all of it"
    say 'This host is enrolled already and keeps its identity.'
    return 0
  fi
  had_state=''
  [ ! -d "$STATE" ] || had_state=yes
  set -- enroll --url "$url" --state-dir "$STATE"
  [ -z "$fingerprint" ] || set -- "$@" --ca-file "$work/ca.crt" --ca-fingerprint "$fingerprint"
  [ -z "$name" ] || set -- "$@" --name "$name"
  [ -z "$replace" ] || set -- "$@" --replace
  code=0
  # The token goes by a pipe, for arguments can be read by every user of the host.
  if [ -n "$token" ]; then
    printf '%s\n' "$token" | "$new/nanny-agent" "$@" --enrollment-token-file - || code=$?
  elif [ -n "$token_file" ]; then
    "$new/nanny-agent" "$@" --enrollment-token-file - <"$token_file" || code=$?
  else
    "$new/nanny-agent" "$@" </dev/null || code=$?
  fi
  [ "$code" = 0 ] && return 0
  # 4: no answer, 130: interrupted. What was begun is kept then, so that the same command goes on with it.
  case $code in
    4 | 130) ;;
    *) [ -n "$had_state" ] || rm -rf "$STATE" ;;
  esac
  fail 11 'This host was not enrolled, and nothing was installed'
}

put_in_place() {
  before=$(readlink "$LIBRARY/current" || true)
  [ ! -f "$UNIT" ] || cp -p "$UNIT" "$work/unit.before"
  was_active=''
  ! systemctl --quiet is-active "$SERVICE" || was_active=yes
  undo=yes
  # The same version again, too: whatever was there stands aside until all is well.
  target=$LIBRARY/$version
  if [ -e "$target" ]; then mv "$target" "$work/before"; fi
  mv "$new" "$target"
  ln -s "$version" "$work/current"
  mv -T "$work/current" "$LIBRARY/current"
  mkdir -p "${PROGRAM%/*}"
  ln -sfn "$LIBRARY/current/nanny-agent" "$PROGRAM"
  cp "$target/nannyapi-agent.service" "$UNIT"
  chmod 644 "$UNIT"
  keep_proxy
  systemctl daemon-reload
}

# What curl got here through, the service needs as well.
keep_proxy() {
  proxy=${HTTPS_PROXY:-${https_proxy:-}}
  if [ -z "$proxy" ] || [ -e "$SETTINGS" ]; then return 0; fi
  (
    umask 077
    printf "HTTPS_PROXY='%s'\nNO_PROXY='%s'\n" "$proxy" "${NO_PROXY:-${no_proxy:-}}" >"$SETTINGS"
  )
  made_settings=yes
  say "The agent will use the proxy of this shell; it stands in $SETTINGS."
}

start_service() {
  systemctl --quiet enable "$SERVICE" || fail 12 "$SERVICE cannot be enabled"
  systemctl restart "$SERVICE" || fail 12 "$SERVICE does not start: journalctl -u $SERVICE"
  # A start that fails does so at once, by a setting or a file that is missing.
  for _ in 1 2 3; do
    sleep 1
    systemctl --quiet is-active "$SERVICE" || fail 12 "$SERVICE ends again: journalctl -u $SERVICE"
  done
}

remove_older() {
  for entry in "$LIBRARY"/*; do
    case ${entry##*/} in
      current | "$version") ;;
      *) rm -rf "$entry" ;;
    esac
  done
}

clean_up() {
  code=$?
  trap - EXIT INT TERM HUP
  [ -z "$undo" ] || put_back
  rm -rf "$work"
  rmdir "$LIBRARY" 2>/dev/null || true
  exit "$code"
}

put_back() {
  [ ! -d "$target" ] || rm -rf "$target"
  [ ! -d "$work/before" ] || mv "$work/before" "$target"
  [ -z "${made_settings:-}" ] || rm -f "$SETTINGS"
  if [ -n "$before" ]; then
    ln -sfn "$before" "$LIBRARY/current"
    [ ! -f "$work/unit.before" ] || cp -p "$work/unit.before" "$UNIT"
    systemctl daemon-reload || true
    [ -z "$was_active" ] || systemctl restart "$SERVICE" || true
    say 'The version from before is back in place.' >&2
  else
    systemctl --quiet disable --now "$SERVICE" 2>/dev/null || true
    rm -f "$LIBRARY/current" "$PROGRAM" "$UNIT"
    systemctl daemon-reload || true
    say 'What was installed is removed again; the enrolment is kept for another try.' >&2
  fi
}

uninstall() {
  systemctl --quiet disable --now "$SERVICE" 2>/dev/null || true
  if [ -e "$STATE/identity.json" ] && [ -x "$LIBRARY/current/nanny-agent" ]; then
    # The proxy that the service used.
    if [ -r "$SETTINGS" ]; then
      set -a
      # shellcheck disable=SC1090
      . "$SETTINGS"
      set +a
    fi
    "$LIBRARY/current/nanny-agent" logout --state-dir "$STATE" --force || true
  fi
  rm -rf "$LIBRARY" "$STATE"
  rm -f "$PROGRAM" "$UNIT" "$SETTINGS"
  rm -rf "$UNIT.d"
  systemctl daemon-reload
  systemctl --quiet reset-failed "$SERVICE" 2>/dev/null || true
  say 'nanny-agent is uninstalled.'
}

main "$@"
