#!/usr/bin/env bash
# Publishes everything that is shipped into a folder, as docs/packaging.md says it, one subfolder each:
#
#   packaging/publish.sh artifacts/published                        # all; minutes
#   packaging/publish.sh artifacts/published cloud edge-linux-x64   # some
#
# Tests look at the result where HYBRID_PUBLISHED names the folder.
set -euo pipefail
[ $# -ge 1 ] || { sed -n '2,7p' "$0" >&2; exit 2; }
mkdir -p "$1"
out="$(cd "$1" && pwd)"
shift
cd "$(dirname "$0")/.."

# Build output of its own, so that a running build or test of the checkout is not disturbed.
publish() { dotnet publish "$@" --artifacts-path artifacts/publishing --nologo; }

for what in "${@:-cloud cloud-deploy cloud-aot edge-linux-x64 edge-linux-x64-aot edge-linux-arm64 edge-win-x64}"; do
  for name in $what; do
    printf '\n-- publish %s\n' "$name"
    rm -rf "${out:?}/$name"
    case "$name" in
      cloud) publish src/CloudFunctions -o "$out/$name" ;;
      cloud-deploy) publish src/CloudFunctions -p:Deploy=true -o "$out/$name" ;;
      # The log says what the compiler warned about.
      cloud-aot) publish src/CloudFunctions -p:Aot=true -o "$out/$name" 2>&1 | tee "$out/$name.log" ;;
      edge-*-aot)
        rid="${name#edge-}"
        publish src/EdgeWorker -p:PublishProfile=device -r "${rid%-aot}" -p:Aot=true -o "$out/$name" 2>&1 | tee "$out/$name.log"
        ;;
      edge-*) publish src/EdgeWorker -p:PublishProfile=device -r "${name#edge-}" -o "$out/$name" ;;
      *) echo "publish.sh: '$name' is unknown." >&2; exit 2 ;;
    esac
  done
done
