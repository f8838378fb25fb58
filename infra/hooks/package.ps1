# Publishes the cloud functions for Azure and packs them into .hybrid/deploy/cloud.zip. HYBRID_PACKAGE_SET=Full takes the isolated worker.
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
Set-Location (Join-Path $PSScriptRoot '../..')
if (Test-Path .hybrid/deploy) { Remove-Item .hybrid/deploy -Recurse -Force }
$set = if ($env:HYBRID_PACKAGE_SET) { $env:HYBRID_PACKAGE_SET } else { 'Portable' }
dotnet publish src/CloudFunctions -c Release -p:Deploy=true "-p:PackageSet=$set" -o .hybrid/deploy/cloud
dotnet run -c Release --project tools/Release -- zip .hybrid/deploy/cloud .hybrid/deploy/cloud.zip
