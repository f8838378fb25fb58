#!/usr/bin/env bash
# Installs or upgrades the edge worker as a systemd service, from the folder this script lies in:
#
#   sudo ./install.sh
#   DESTDIR=/mnt/image ./install.sh     # into the root of another system: nothing is started
#
# Program: /opt/hybrid-edge, replaced as a whole. Settings: /etc/hybrid-edge/hybrid-edge.env, kept. Data: /var/lib/hybrid-edge, never touched.
set -euo pipefail

root="${DESTDIR:-}"
from="$(cd "$(dirname "$0")" && pwd)"
program="$root/opt/hybrid-edge"
settings="$root/etc/hybrid-edge"
unit="$root/etc/systemd/system/hybrid-edge.service"
sealed="$unit.d/machine-code.conf"

fail() { echo "install.sh: $*" >&2; exit 1; }

[ $# -eq 0 ] || fail "takes no arguments; DESTDIR names another root."
[ -f "$from/hybrid-edge" ] || fail "$from has no hybrid-edge. Run it in the folder that 'dotnet publish src/EdgeWorker -p:PublishProfile=device -r RID' wrote."
[ -n "$root" ] || [ "$(id -u)" = 0 ] || fail "needs root: sudo $0"
[ -n "$root" ] || [ -d /run/systemd/system ] || fail "systemd does not run here. With DESTDIR it can be installed into the root of another system."

mkdir -p "$root/opt" "$settings" "$(dirname "$unit")"
rm -rf "$program.new"
cp -R "$from" "$program.new"
chmod -R u=rwX,go=rX "$program.new"
chmod 0755 "$program.new/hybrid-edge"

# What cannot run here must not take the place of what does.
if [ -z "$root" ]; then
  "$program.new/hybrid-edge" --version >/dev/null || { rm -rf "$program.new"; fail "the new program does not run on this machine; nothing was changed."; }
  systemctl stop hybrid-edge.service 2>/dev/null || true
fi

rm -rf "$program.old"
[ ! -e "$program" ] || mv "$program" "$program.old"
mv "$program.new" "$program"
rm -rf "$program.old"
install -m 0644 "$program/hybrid-edge.service" "$unit"
# Where the program is machine code, what it writes need never be executable.
if [ -e "$program/machine-code.conf" ]; then install -D -m 0644 "$program/machine-code.conf" "$sealed"; else rm -f "$sealed"; fi

if [ ! -e "$settings/hybrid-edge.env" ]; then
  (umask 077 && cat >"$settings/hybrid-edge.env") <<'SETTINGS'
# Settings of the edge worker, one HYBRID__Section__Key=value a line; 'hybrid-edge --check' lists all there are. Restart it after a change.
# HYBRID__Messaging__QueueServiceUri=https://ACCOUNT.queue.core.windows.net
# HYBRID__Messaging__BlobServiceUri=https://ACCOUNT.blob.core.windows.net
SETTINGS
fi

if [ -n "$root" ]; then
  echo "Installed into $root; enable it there with: systemctl enable hybrid-edge"
  exit 0
fi

systemctl daemon-reload
systemctl enable --quiet hybrid-edge.service
systemctl start hybrid-edge.service
echo "hybrid-edge runs. Settings: $settings/hybrid-edge.env. Log: journalctl -u hybrid-edge"
