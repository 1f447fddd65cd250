#!/usr/bin/env bash
# Build the image of launcher and workers, push it, and write the template that names it.
# templates/dataflow/build.sh --image=europe-docker.pkg.dev/PROJECT/REPOSITORY/hyperphrase:VERSION \
#     --template=gs://BUCKET/templates/hyperphrase.json [--dry-run]
# --dry-run only prints the commands. Needs docker, gcloud, and a login: gcloud auth login; gcloud auth configure-docker
# HOST.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
image="" template="" run=()

for argument in "$@"; do
  case $argument in
    --image=?*) image=${argument#*=} ;;
    --template=gs://?*/?*) template=${argument#*=} ;;
    --dry-run) run=(printf '%q ') ;;
    *) echo "build.sh: $argument: is not an option; see the first lines of this file" >&2; exit 2 ;;
  esac
done
[ -n "$image" ] && [ -n "$template" ] || { echo "build.sh: give --image= and --template=gs://BUCKET/NAME.json" >&2; exit 2; }

step() {
  if [ ${#run[@]} -gt 0 ]; then "${run[@]}" "$@"; echo; else "$@"; fi
}

step docker build --platform=linux/amd64 --file="$root/templates/dataflow/Dockerfile" --tag="$image" "$root"
step docker push "$image"
step gcloud dataflow flex-template build "$template" --image="$image" --sdk-language=PYTHON \
  --metadata-file="$root/templates/dataflow/metadata.json"
