#!/usr/bin/env bash
# Writes the snapshots of the parameter files anew, after a change that is meant. Read the difference before committing it.
# Needs Python 3 and the Bicep CLI; 'BICEP=path/to/bicep infra/snapshots.sh' names one that is not on the PATH, such as the one in the NuGet package
# of tests/Infra.Tests.
set -euo pipefail
cd "$(dirname "$0")/bicep"
unset "${!HYBRID_@}"

# Where the deployment is imagined: the same as in tests/Infra.Tests.
for file in *.bicepparam; do
  "${BICEP:-bicep}" snapshot "$file" --mode overwrite \
    --tenant-id 00000000-0000-0000-0000-000000000001 --subscription-id 00000000-0000-0000-0000-000000000002 \
    --resource-group hybrid-rg --location westeurope --deployment-name main
  # Bicep writes the outputs in another order each time.
  python3 - "${file%.bicepparam}.snapshot.json" <<'EOF'
import json, sys
text = json.load(open(sys.argv[1], encoding="utf-8"))
text["outputs"] = dict(sorted(text["outputs"].items()))
open(sys.argv[1], "w", encoding="utf-8").write(json.dumps(text, indent=2, ensure_ascii=False))
EOF
done
