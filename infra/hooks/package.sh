#!/usr/bin/env sh
# Publishes the cloud functions for Azure and packs them into .hybrid/deploy/cloud.zip. HYBRID_PACKAGE_SET=Full takes the isolated worker,
# HYBRID_VERSION gives the program its version.
set -eu
cd "$(dirname "$0")/../.."
rm -rf .hybrid/deploy
dotnet publish src/CloudFunctions -c Release -p:Deploy=true -p:PackageSet="${HYBRID_PACKAGE_SET:-Portable}" -p:Version="${HYBRID_VERSION:-1.0.0}" -o .hybrid/deploy/cloud
dotnet run -c Release --project tools/Release -- zip .hybrid/deploy/cloud .hybrid/deploy/cloud.zip
