#!/usr/bin/env bash
# Launch a job from the template that build.sh wrote; everything after -- is options of "hyperphrase run".
# templates/dataflow/launch.sh --project=PROJECT --region=REGION --image=IMAGE --template=gs://BUCKET/NAME.json \
#     --temp=gs://BUCKET/temp [--dry-run] [OPTIONS OF gcloud, such as --max-workers=50] -- --phrases=N --output=gs://BUCKET/OUT ...
# --dry-run only prints the command. When the job is done, the same options once more, on this machine, check the corpus
# and remove temporary files:
# hyperphrase run --phrases=N --output=gs://BUCKET/OUT ...
set -euo pipefail
project="" region="" image="" template="" temp="" dry="" own=()

while [ $# -gt 0 ] && [ "$1" != -- ]; do
  case $1 in
    --project=?*) project=${1#*=} ;;
    --region=?*) region=${1#*=} ;;
    --image=?*) image=${1#*=} ;;
    --template=gs://?*/?*) template=${1#*=} ;;
    --temp=gs://?*/?*) temp=${1#*=} ;;
    --dry-run) dry=yes ;;
    --?*) own+=("$1") ;;
    *) echo "launch.sh: $1: is not an option; see the first lines of this file" >&2; exit 2 ;;
  esac
  shift
done
[ -n "$project" ] && [ -n "$region" ] && [ -n "$image" ] && [ -n "$template" ] && [ -n "$temp" ] && [ $# -gt 1 ] || {
  echo "launch.sh: give --project=, --region=, --image=, --template=, --temp=, and -- with the options of the run" >&2
  exit 2
}
shift

output="" parameters="sdk_container_image=$image"
for argument in "$@"; do
  case $argument in
    *'~'*) echo "launch.sh: $argument: has a ~, with which this script separates parameters" >&2; exit 2 ;;
    --output=gs://?*/?*) output=${argument#*=} ;;&
    --?*=*) parameters+="~${argument#--}" ;;
    *) echo "launch.sh: $argument: write it as --NAME=VALUE" >&2; exit 2 ;;
  esac
done
[ -n "$output" ] || { echo "launch.sh: give --output=gs://BUCKET/OUT" >&2; exit 2; }

# one job name for each folder, as the program chooses it: the service refuses a second active job of the same name
name="hyperphrase-$(printf %s "$output" | sha256sum | cut -c1-12)"
# ^~^ makes ~ the separator: values contain commas, as in lengths=uniform:min=10,max=190
command=(gcloud dataflow flex-template run "$name" --project="$project" --region="$region"
  --template-file-gcs-location="$template" --temp-location="$temp" --staging-location="$temp"
  ${own[@]+"${own[@]}"} --parameters="^~^$parameters")
if [ -n "$dry" ]; then printf '%q ' "${command[@]}"; echo; else "${command[@]}"; fi
