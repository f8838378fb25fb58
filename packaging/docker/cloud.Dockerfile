# The cloud functions in a container, without a Functions host: they read the queues themselves. From the repository's root:
#
#   docker build -f packaging/docker/cloud.Dockerfile -t hybrid-cloud .
#   docker run --read-only --cap-drop ALL --security-opt no-new-privileges --env-file cloud.env hybrid-cloud
#
# It keeps nothing; queues and outcomes are in the storage account. Its HTTP API answers inside the container only: it asks nobody for a key.
ARG SDK_IMAGE=mcr.microsoft.com/dotnet/sdk:10.0-noble
ARG BASE_IMAGE=mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled

# Published for linux-x64, whatever machine builds it.
FROM --platform=linux/amd64 ${SDK_IMAGE} AS build
WORKDIR /source
COPY Directory.Build.props Directory.Packages.props global.json BannedSymbols.txt .editorconfig ./
COPY src/MachineCode.props src/MachineCode.props
COPY src/Contracts src/Contracts
COPY src/Messaging src/Messaging
COPY src/Inference src/Inference
COPY src/CloudFunctions src/CloudFunctions
COPY models/starter/large models/starter/large
RUN dotnet publish src/CloudFunctions -p:Deploy=true -o /program && rm -f /program/local.settings.json

FROM --platform=linux/amd64 ${BASE_IMAGE}
COPY --from=build /program /opt/hybrid-cloud
ENV DOTNET_EnableDiagnostics=0
# The user 'app' of .NET's images.
USER 1654
WORKDIR /opt/hybrid-cloud
HEALTHCHECK --interval=30s --timeout=10s --start-period=2m CMD ["/opt/hybrid-cloud/hybrid-cloud", "health"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/opt/hybrid-cloud/hybrid-cloud"]
CMD ["--standalone"]
