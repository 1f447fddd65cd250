#!/usr/bin/env bash
# Make a corpus on a Flink cluster, through its Beam job server; everything after -- is options of "hyperphrase run".
# templates/flink/submit.sh [--job_endpoint=HOST:8099] [--parallelism=SLOTS] [--dry-run] -- --phrases=N --output=gs://BUCKET/OUT ...
# For the cluster of kubernetes.yaml, first: kubectl port-forward service/beam-job-server 8099 8098
# or, from a pod of the same namespace: --job_endpoint=beam-job-server:8099
# --dry-run only prints the command.
set -euo pipefail
endpoint=localhost:8099 parallelism="" dry=""
artifacts_port=8098  # given explicitly: the job server would report the address that it listens on, 0.0.0.0

while [ $# -gt 0 ] && [ "$1" != -- ]; do
  case $1 in
    --job_endpoint=?*) endpoint=${1#*=} ;;
    --parallelism=?*) parallelism=$1 ;;
    --dry-run) dry=yes ;;
    *) echo "submit.sh: $1: is not an option; see the first lines of this file" >&2; exit 2 ;;
  esac
  shift
done
[ $# -gt 1 ] || { echo "submit.sh: give -- and the options of the run after it, as in -- --phrases=N --output=OUT" >&2; exit 2; }
shift

# each TaskManager has its worker pool on localhost; one process a machine, whose threads share lexicon and tables
command=(hyperphrase run --runner=PortableRunner "--job_endpoint=$endpoint" "--artifact_endpoint=${endpoint%:*}:$artifacts_port"
  --environment_type=EXTERNAL --environment_config=localhost:50000 --sdk_worker_parallelism=1
  ${parallelism:+"$parallelism"} "$@")
if [ -n "$dry" ]; then
  printf '%q ' "${command[@]}"
  echo
else
  exec "${command[@]}"
fi
