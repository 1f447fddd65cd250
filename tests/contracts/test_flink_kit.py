"""The Flink kit: valid by the schemas of Kubernetes and Compose, and at one with itself and with the program."""

import re
import shlex
import subprocess
from pathlib import Path

import compose_spec
import kubernetes_validate
import pytest
import yaml
from apache_beam.version import __version__ as beam_version

import hyperphrase
from beam_pipeline.engines import engine
from beam_pipeline.terminal import options

ROOT = Path(__file__).parents[2]
KIT = ROOT / "templates/flink"
OBJECTS = list(yaml.safe_load_all((KIT / "kubernetes.yaml").read_text()))
COMPOSE = (KIT / "compose.yaml").read_text()
SERVICES = yaml.safe_load(COMPOSE)["services"]


def named(kind, name):
    (found,) = [item for item in OBJECTS if (item["kind"], item["metadata"]["name"]) == (kind, name)]
    return found


def containers():
    """Yield (deployment, container) of the Kubernetes manifests."""
    for item in OBJECTS:
        if item["kind"] == "Deployment":
            for container in item["spec"]["template"]["spec"]["containers"]:
                yield item, container


def images():
    return {container["image"] for _, container in containers()} | {item["image"] for item in SERVICES.values()}


@pytest.mark.parametrize("version", ["1.29", kubernetes_validate.latest_version()])
@pytest.mark.parametrize("item", OBJECTS, ids=lambda item: f"{item['kind']} {item['metadata']['name']}")
def test_kubernetes_knows_every_field(item, version):
    kubernetes_validate.validate(item, version, strict=True)


def test_a_field_that_kubernetes_does_not_know_would_be_found():
    wrong = named("Deployment", "flink-taskmanager") | {"replicas": 2}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, kubernetes_validate.latest_version(), strict=True)


def test_compose_knows_every_field():
    compose_spec.PyCompose.from_yaml(COMPOSE).validate()
    with pytest.raises(Exception, match="replica"):
        compose_spec.PyCompose.from_yaml(COMPOSE.replace("network_mode", "replica", 1))


def test_containers_mount_volumes_that_their_pods_have_and_services_reach_ports_that_are_open():
    for deployment, container in containers():
        volumes = {volume["name"] for volume in deployment["spec"]["template"]["spec"]["volumes"]}
        assert {mount["name"] for mount in container["volumeMounts"]} <= volumes
    for service in (item for item in OBJECTS if item["kind"] == "Service"):
        pods = [c for d, c in containers() if d["spec"]["selector"]["matchLabels"] == service["spec"]["selector"]]
        opened = {port["containerPort"] for container in pods for port in container["ports"]}
        assert {port["port"] for port in service["spec"]["ports"]} <= opened
        assert pods


def test_the_ports_that_pods_open_are_those_that_flink_is_told():
    """Else Flink chooses them, and neither services nor policies let anybody through."""
    config = yaml.safe_load(named("ConfigMap", "flink-config")["data"]["config.yaml"])
    ports = {c["name"]: {p["name"]: p["containerPort"] for p in c["ports"]} for _, c in containers()}
    told = {"rpc": config["jobmanager"]["rpc"]["port"], "blobs": config["blob"]["server"]["port"], "rest": 8081}
    assert told == ports["jobmanager"]
    told = {name: config["taskmanager"][name]["port"] for name in ("data", "rpc")}
    assert told == ports["taskmanager"]
    (rule,) = named("NetworkPolicy", "flink-taskmanager")["spec"]["ingress"]
    assert {port["port"] for port in rule["ports"]} == set(told.values())  # and not that of the pool


def test_every_pod_has_a_policy_of_who_may_reach_it():
    chosen = [item["spec"]["podSelector"] for item in OBJECTS if item["kind"] == "NetworkPolicy"]
    pods = [item["spec"]["selector"] for item in OBJECTS if item["kind"] == "Deployment"]
    assert sorted(map(str, chosen)) == sorted(map(str, pods))


def test_all_who_read_artifacts_mount_them_where_the_job_server_writes_them():
    (path,) = {
        mount["mountPath"]
        for _, container in containers()
        for mount in container["volumeMounts"]
        if mount["name"] == "artifacts"
    }
    (server,) = named("Deployment", "beam-job-server")["spec"]["template"]["spec"]["containers"]
    assert f"--artifacts-dir={path}" in server["args"]
    assert ["ReadWriteMany"] == named("PersistentVolumeClaim", "beam-artifacts")["spec"]["accessModes"]
    assert f"--artifacts-dir={path}" in SERVICES["job-server"]["command"]
    readers = {name for name, service in SERVICES.items() if f"artifacts:{path}" in service.get("volumes", [])}
    assert {"taskmanager", "worker-pool", "job-server"} == readers


def test_both_clusters_have_the_same_sizes():
    config = yaml.safe_load(named("ConfigMap", "flink-config")["data"]["config.yaml"])
    properties = dict(
        line.split(": ") for line in SERVICES["taskmanager"]["environment"]["FLINK_PROPERTIES"].splitlines()
    )
    manager = config["taskmanager"]
    assert str(manager["numberOfTaskSlots"]) == properties["taskmanager.numberOfTaskSlots"]
    assert manager["memory"]["process"]["size"] == properties["taskmanager.memory.process.size"]
    assert str(manager["memory"]["managed"]["fraction"]) == properties["taskmanager.memory.managed.fraction"]
    replicas = named("Deployment", "flink-taskmanager")["spec"]["replicas"]
    assert config["parallelism"]["default"] == replicas * manager["numberOfTaskSlots"]
    assert config["jobmanager"]["rpc"]["address"] == named("Service", "flink-jobmanager")["metadata"]["name"]


def test_versions_are_those_of_the_project():
    beam = {image for image in images() if image.startswith("apache/beam")}
    assert {f"apache/beam_flink1.20_job_server:{beam_version}"} == beam
    assert {"flink:1.20-scala_2.12-java11"} == {image for image in images() if image.startswith("flink:")}
    ours = {image.rpartition("/")[2] for image in images() if "hyperphrase" in image}
    assert {f"hyperphrase-worker:{hyperphrase.__version__}"} == ours
    assert f"FROM apache/beam_python3.11_sdk:{beam_version}\n" in (KIT / "Dockerfile").read_text()
    assert f"apache-beam=={beam_version}" in (ROOT / "constraints.txt").read_text()


def test_the_image_is_made_of_what_is_sent_to_the_builder():
    ignored = (KIT / "Dockerfile.dockerignore").read_text().splitlines()
    sent = {line[1:] for line in ignored if line.startswith("!")}
    copied = {
        name.partition("/")[0]
        for line in re.findall(r"^COPY (.*) \S+$", (KIT / "Dockerfile").read_text(), re.MULTILINE)
        for name in line.split()
    }
    assert copied == sent
    assert all((ROOT / name).exists() for name in copied)


def submitted(*arguments):
    done = subprocess.run([KIT / "submit.sh", *arguments], capture_output=True, text=True, check=False)
    return done.returncode, shlex.split(done.stdout), done.stderr


def test_the_program_knows_every_option_that_is_submitted():
    status, line, _ = submitted("--dry-run", "--parallelism=8", "--", "--phrases=1000", "--output=gs://bucket/out")
    assert (0, ["hyperphrase", "run"]) == (status, line[:2])
    own = options.parser("run", "")
    given, rest = own.parse_known_args(line[2:])
    assert ("1000", "gs://bucket/out") == (str(given.phrases), given.output)
    beams = vars(engine._check(rest, own))
    (pool,) = [container for _, container in containers() if container["name"] == "worker-pool"]
    assert f"localhost:{pool['ports'][0]['containerPort']}" == beams["environment_config"]
    (port,) = [p["port"] for p in named("Service", "beam-job-server")["spec"]["ports"] if p["name"] == "jobs"]
    assert f"localhost:{port}" == beams["job_endpoint"]
    (server,) = named("Deployment", "beam-job-server")["spec"]["template"]["spec"]["containers"]
    assert f"--artifact-port={beams['artifact_endpoint'].removeprefix('localhost:')}" in server["args"]
    assert ("PortableRunner", "EXTERNAL", 8) == (beams["runner"], beams["environment_type"], beams["parallelism"])


@pytest.mark.parametrize("arguments", [["--paralelism=8", "--", "--phrases=1"], ["--dry-run"], ["--dry-run", "--"], []])
def test_a_wrong_call_of_submit_ends_with_one_line(arguments):
    status, line, error = submitted(*arguments)
    assert (2, [], 1) == (status, line, error.count("\n"))
