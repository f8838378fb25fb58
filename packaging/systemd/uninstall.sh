#!/usr/bin/env bash
# Removes the edge worker's service and program. Settings and data stay, unless they are to go as well:
#
#   sudo /opt/hybrid-edge/uninstall.sh
#   sudo /opt/hybrid-edge/uninstall.sh --purge     # journal, keys and settings too: what was not sent is lost
set -euo pipefail

root="${DESTDIR:-}"
purge=no
case "${1:-}" in
  "") ;;
  --purge) purge=yes ;;
  *) echo "uninstall.sh: '$1' is unknown; --purge is all there is." >&2; exit 2 ;;
esac

if [ -z "$root" ]; then
  [ "$(id -u)" = 0 ] || { echo "uninstall.sh: needs root: sudo $0" >&2; exit 1; }
  systemctl disable --now --quiet hybrid-edge.service 2>/dev/null || true
fi

rm -rf "$root/opt/hybrid-edge" "$root/opt/hybrid-edge.new" "$root/opt/hybrid-edge.old" \
  "$root/etc/systemd/system/hybrid-edge.service" "$root/etc/systemd/system/hybrid-edge.service.d/machine-code.conf"
[ -n "$root" ] || systemctl daemon-reload

if [ "$purge" = yes ]; then
  # With DynamicUser the folder lies below private, and a link leads there.
  rm -rf "$root/var/lib/hybrid-edge" "$root/var/lib/private/hybrid-edge" "$root/etc/hybrid-edge"
  echo "Removed, with its data and settings."
else
  echo "Removed. Its data are still in $root/var/lib/hybrid-edge, its settings in $root/etc/hybrid-edge."
fi
