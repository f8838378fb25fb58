#!/usr/bin/env sh
# Publishes the cloud functions for Azure and packs them into .hybrid/deploy/cloud.zip. HYBRID_PACKAGE_SET=Full takes the isolated worker.
set -eu
cd "$(dirname "$0")/../.."
rm -rf .hybrid/deploy
dotnet publish src/CloudFunctions -c Release -p:Deploy=true -p:PackageSet="${HYBRID_PACKAGE_SET:-Portable}" -o .hybrid/deploy/cloud
dotnet run -c Release --project tools/Release -- zip .hybrid/deploy/cloud .hybrid/deploy/cloud.zip
