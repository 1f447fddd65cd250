"""The Flex Template: its parameters are the program's options, its image is of this project's versions."""

import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from apache_beam.version import __version__ as beam_version

from beam_pipeline.terminal import options
from tests.engines.bare_root import instructions
from tools import flex_template

ROOT = Path(__file__).parents[2]
KIT = ROOT / "templates/dataflow"
DOCKERFILE = (KIT / "Dockerfile").read_text()
PARAMETERS = {
    parameter["name"]: parameter for parameter in json.loads((KIT / "metadata.json").read_text())["parameters"]
}
VALUES = {  # what users write, and what the launcher's page has to refuse
    "phrases": (["1000000"], ["-1", "1e6", ""]),
    "seeds": (["0:5000000"], ["5", "5:", "a:b"]),
    "sampler": (["zipf", "zipf:s=1.0,beta=2.7"], ["zip", "zipf s=1"]),
    "lengths": (["uniform:min=10,max=190", "fixed:length=100"], ["100"]),
    "format": (["tfrecord", "avro,jsonl", "parquet", "none"], ["csv", "avro,", "none,avro"]),
    "compression": (["gzip,none", "zstandard"], ["zip"]),
    "output": (["gs://bucket/out", "gs://bucket/a/b"], ["/tmp/out", "gs://bucket", "gs://bucket/a*"]),
    "phrases_per_shard": (["262144"], ["many"]),
    "preset": (["shuffle-dyck-hu2025"], ["another"]),
    "text": (["words"], ["images"]),
}


def test_the_parameters_are_those_of_the_program_as_of_now():
    """If this fails: python -m tools.flex_template"""
    assert flex_template.rendered() == (KIT / "metadata.json").read_text()


def test_every_option_with_a_value_is_a_parameter():
    own = {action.dest for action in options.parser("run", "")._actions} - flex_template.LEFT_OUT
    assert own | {"sdk_container_image"} == set(PARAMETERS)
    assert {"output", "sdk_container_image"} == {name for name, one in PARAMETERS.items() if not one["isOptional"]}


def test_parameters_have_the_fields_that_the_service_knows():
    known = {"name", "label", "helpText", "isOptional", "groupName", "paramType", "enumOptions", "regexes"}
    for parameter in PARAMETERS.values():
        assert set(parameter) <= known
        assert parameter["paramType"] in {"TEXT", "ENUM", "GCS_WRITE_FOLDER"}
        assert parameter["label"]
        assert parameter["helpText"]
        assert all(re.compile(regex) for regex in parameter.get("regexes", []))


@pytest.mark.parametrize("name", VALUES)
def test_regexes_take_what_users_write_and_refuse_what_the_program_would(name):
    (regex,) = PARAMETERS[name]["regexes"]
    right, wrong = VALUES[name]
    assert all(re.match(regex, value) for value in right)
    assert not any(re.match(regex, value) for value in wrong)


def test_the_image_has_the_versions_of_the_project():
    assert f"FROM apache/beam_python3.11_sdk:{beam_version} AS beam" in DOCKERFILE
    assert all(":" in line.split()[1] for line in DOCKERFILE.splitlines() if line.startswith("FROM "))  # pinned
    said = dict(instructions(DOCKERFILE))
    assert '["/opt/apache/beam/boot"]' == said["ENTRYPOINT"]
    runs = [rest for instruction, rest in instructions(DOCKERFILE) if instruction == "RUN"]
    assert any("--constraint constraints.txt '.[dataflow,russian]'" in run for run in runs)
    assert "hyperphrase compile" == runs[-1]


def test_the_image_is_made_of_what_is_sent_to_the_builder():
    sent = {line[1:] for line in (KIT / "Dockerfile.dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {
        name
        for instruction, rest in instructions(DOCKERFILE)
        if instruction == "COPY" and not rest.startswith("--from=")
        for name in rest.split()[:-1]
    }
    assert {name if name.startswith("templates") else name.partition("/")[0] for name in copied} == sent
    assert all((ROOT / name).exists() for name in copied)


def script(name, *arguments):
    done = subprocess.run([KIT / name, *arguments], capture_output=True, text=True, check=False)
    return done.returncode, [shlex.split(line) for line in done.stdout.splitlines()], done.stderr


IMAGE, TEMPLATE = "--image=europe-docker.pkg.dev/p/r/hyperphrase:1", "--template=gs://bucket/templates/hyperphrase.json"
PLACE = ["--project=some-project", "--region=europe-west1", "--temp=gs://bucket/temp"]


def test_build_says_what_it_would_do():
    status, (build, push, template), _ = script("build.sh", IMAGE, TEMPLATE, "--dry-run")
    assert (0, ["docker", "build"], ["docker", "push"]) == (status, build[:2], push[:2])
    assert f"--file={KIT}/Dockerfile" in build
    assert ["gcloud", "dataflow", "flex-template", "build", TEMPLATE.partition("=")[2]] == template[:5]
    assert f"--metadata-file={KIT}/metadata.json" in template


def test_launch_passes_the_options_of_the_run_as_parameters():
    run = ["--phrases=1000", "--lengths=uniform:min=10,max=190", "--output=gs://bucket/out"]
    status, (line,), _ = script("launch.sh", IMAGE, TEMPLATE, *PLACE, "--dry-run", "--max-workers=50", "--", *run)
    assert (0, ["gcloud", "dataflow", "flex-template", "run"]) == (status, line[:4])
    assert "--max-workers=50" in line
    parameters = line[-1].removeprefix("--parameters=^~^").split("~")
    assert [f"sdk_container_image={IMAGE.partition('=')[2]}", *(option[2:] for option in run)] == parameters
    assert {name.partition("=")[0] for name in parameters} <= set(PARAMETERS)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("build.sh", [IMAGE, "--dry-run"]),
        ("build.sh", [IMAGE, TEMPLATE, "--dryrun"]),
        ("launch.sh", [IMAGE, TEMPLATE, *PLACE, "--dry-run"]),
        ("launch.sh", [IMAGE, TEMPLATE, "--dry-run", "--", "--phrases=1", "--output=gs://bucket/out"]),
        ("launch.sh", [IMAGE, TEMPLATE, *PLACE, "--dry-run", "--", "--phrases=1"]),
        ("launch.sh", [IMAGE, TEMPLATE, *PLACE, "--dry-run", "--", "phrases=1", "--output=gs://bucket/out"]),
    ],
)
def test_a_wrong_call_ends_with_one_line(name, arguments):
    status, lines, error = script(name, *arguments)
    assert (2, [], 1) == (status, lines, error.count("\n"))
