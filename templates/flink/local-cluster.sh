#!/usr/bin/env bash
# Start a Flink cluster on this machine, to try: a JobManager, TaskManagers, Beam's job server and a pool of workers.
# templates/flink/local-cluster.sh [--fetch]    --fetch only fetches what it needs, 400 MB, and says where it is
# It needs Java 17, Maven, and a Python that has hyperphrase: PYTHON=..., by default that of ./run.sh. Ctrl-C stops it.
# Settings: TASK_MANAGERS=2 SLOTS=1 (of each) PAGE_PORT=8081 JOB_PORT=8099 POOL_PORT=50000 LOGS=(a new folder)
# MASTER=[local] starts the job server and the pool alone, with a Flink of its own inside the job server.
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python=${PYTHON:-$here/../../.venv/bin/python}
pinned() { sed -n "s/.*<$1>\(.*\)<\/$1>.*/\1/p" "$here/pom.xml"; }
fail() { echo "local-cluster.sh: $*" >&2; exit 1; }

version=$(pinned flink.version)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/hyperphrase/flink-$version-$(pinned jars.sha256 | cut -c1-8)

fetch() {
  for program in java mvn "$python"; do
    command -v $program > /dev/null || fail "$program is not in PATH; install Java 17, Maven and hyperphrase, or name PYTHON"
  done
  local new digest
  mkdir -p "$(dirname "$cache")"
  new=$(mktemp -d "$cache.XXXXXX")
  trap 'rm -rf "$new"' EXIT
  echo "fetching Flink $version and Beam's job server into $cache (once; some minutes)" >&2
  mvn --batch-mode --quiet --file "$here/pom.xml" dependency:copy-dependencies \
    -DincludeScope=runtime "-DoutputDirectory=$new/job-server" >&2 || fail "Maven could not fetch the job server"
  digest=$(cd "$new/job-server" && sha256sum ./*.jar | sed 's/ \.\// /' | sha256sum | cut -d' ' -f1)
  [ "$digest" = "$(pinned jars.sha256)" ] || fail "the jars of the job server have SHA-256 $digest, not that of pom.xml"
  "$python" -m pip download --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-binary :all: \
    --dest "$new" "apache-flink-libraries==$version" >&2 || fail "pip could not fetch Flink"
  echo "$(pinned flink.sha256)  $new/apache-flink-libraries-$version.tar.gz" | sha256sum --check --quiet >&2 ||
    fail "apache-flink-libraries-$version.tar.gz is not the file that pom.xml has the SHA-256 of"
  mkdir "$new/flink"
  tar --extract --file "$new/apache-flink-libraries-$version.tar.gz" --directory "$new/flink" --strip-components=3 \
    --wildcards "*/deps/lib/flink-dist-*.jar" "*/deps/lib/log4j-*.jar"
  rm "$new/apache-flink-libraries-$version.tar.gz"
  mv --no-target-directory "$new" "$cache"
  trap - EXIT
}

[ -d "$cache" ] || fetch
[ "${1:-}" != --fetch ] || { echo "$cache"; exit; }
[ $# = 0 ] || { echo "local-cluster.sh: $1: is not an option; see the first lines of this file" >&2; exit 2; }
logs=${LOGS:-$(mktemp -d)} page=${PAGE_PORT:-8081} job=${JOB_PORT:-8099} pool=${POOL_PORT:-50000}
managers=${TASK_MANAGERS:-2} slots=${SLOTS:-1} master=${MASTER:-localhost:$page}
mkdir -p "$logs"

cat > "$logs/config.yaml" << END
jobmanager.rpc.address: localhost
jobmanager.rpc.port: ${RPC_PORT:-6123}
jobmanager.memory.process.size: 1g
rest.address: localhost
rest.port: $page
restart-strategy.type: fixed-delay
restart-strategy.fixed-delay.attempts: 10
restart-strategy.fixed-delay.delay: 1 s
heartbeat.interval: 2000
heartbeat.timeout: 8000
END
memory=()
for part in task.heap.size=300m task.off-heap.size=0 network.min=64m network.max=64m managed.size=128m \
  framework.heap.size=128m framework.off-heap.size=64m jvm-metaspace.size=256m jvm-overhead.min=128m jvm-overhead.max=128m; do
  memory+=(-D "taskmanager.memory.$part")
done
opened=()
for package in lang util nio lang.invoke net util.concurrent text time; do
  opened+=("--add-opens=java.base/java.$package=ALL-UNNAMED")
done

trap 'trap - INT TERM EXIT; kill $(jobs -p) 2> /dev/null; wait' INT TERM EXIT
start() { # $1: name of the log, then the command
  "${@:2}" > "$logs/$1.log" 2>&1 &
}
flink=org.apache.flink.runtime
if [ "$master" != "[local]" ]; then
  start jobmanager java -Xmx512m -cp "$cache/flink/*" $flink.entrypoint.StandaloneSessionClusterEntrypoint \
    --configDir "$logs" --executionMode cluster
  for ((i = 1; i <= managers; i++)); do
    start "taskmanager$i" java -Xmx428m -cp "$cache/flink/*" $flink.taskexecutor.TaskManagerRunner --configDir "$logs" \
      -D "taskmanager.cpu.cores=$slots" -D "taskmanager.numberOfTaskSlots=$slots" "${memory[@]}"
  done
fi
start pool "$python" -m beam_pipeline.engines.worker_pool "--service_port=$pool"
start job-server java -Xmx768m -Dorg.slf4j.simpleLogger.showDateTime=true "${opened[@]}" --add-opens=java.base/sun.nio.ch=ALL-UNNAMED -cp "$cache/job-server/*" \
  org.apache.beam.runners.flink.FlinkJobServerDriver "--flink-master=$master" "--artifacts-dir=$logs/artifacts" \
  "--job-port=$job" --artifact-port=0 --expansion-port=0

answers() { (: < "/dev/tcp/localhost/$1") 2> /dev/null; }
free_slots() { "$python" -c "import json, urllib.request as u; print(json.load(u.build_opener(u.ProxyHandler({})).open('http://localhost:$page/overview'))['slots-available'])" 2> /dev/null; }
until answers "$job" && answers "$pool" && { [ "$master" = "[local]" ] || [ "$(free_slots)" = $((managers * slots)) ]; }; do
  [ "$(jobs -pr | wc -l)" = "$(jobs -p | wc -l)" ] || fail "a process of the cluster ended; look at the logs in $logs"
  sleep 0.5
done
cluster=""
[ "$master" = "[local]" ] || cluster="--flink_master=localhost:$page "
[ "$master" = "[local]" ] || echo "page      http://localhost:$page"
echo "logs      $logs"
echo "try       hyperphrase run --runner=PortableRunner --job_endpoint=localhost:$job $cluster--environment_type=EXTERNAL --environment_config=localhost:$pool --phrases=1000000 --output=out"
wait -n || fail "a process of the cluster ended; look at the logs in $logs"
