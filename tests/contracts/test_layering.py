"""The order of packages and wings: imports go down only, and the domain knows neither Beam nor a cloud.

A wing is a part of a package: a folder, or a file at its top. An import counts wherever it stands, in functions too.
"""

import ast
import graphlib
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.imports import IMPORT_ALL

ROOT = Path(__file__).parents[2]
LAYERS = ["hyperphrase", "transforms", "beam_pipeline"]  # each imports from itself and those before it
FOREIGN = ["apache_beam", "google"]  # what the domain may not load, not even through somebody else's module

# The wings of each package, lowest first: a wing imports only from itself and those before it. Wings in one string do
# not import each other either. What is not listed (commands, transforms, public names) stands above all wings.
WINGS = {
    "hyperphrase": [
        *(
            "formatting",
            "numerals",
            "interrupts",
            "errors",
            "given_paths",
            "own_packages",
            "libraries",
            "limits",
            "untrusted",
        ),
        *("kernels", "numbers", "lexicon", "laws", "phrases", "codecs", "texts"),
        *("deduplication", "space", "corpus", "meaning", "planning", "costs", "training", "report", "api"),
    ],
    "hyperphrase.laws": [
        *("grammar", "plain_text", "lengths", "base", "law_file", "kept_tables"),
        "independent dependencies transductions whole_space processes meaning text",
        "scenes",
        *("registry", "mixture", "presets"),
    ],
    "transforms": ["files", "worker"],
    "beam_pipeline": ["terminal", "engines", "folder", "pipeline", "planning"],
}
TOP = ""  # what is not listed

# Imports every module of a package in a fresh interpreter and names the foreign modules that this loaded.
PROBE = """
sys.path.insert(0, sys.argv[1])
for name in import_all(importlib.import_module(sys.argv[2])):
    print("imported", name)
for name in sorted(sys.modules):
    if name.partition(".")[0] in sys.argv[3:] and getattr(sys.modules[name], "__file__", None):
        print("foreign", name)
"""


def loaded_by(folder, package):
    """Return (modules of the package, foreign modules) that importing all of the package loads."""
    command = [sys.executable, "-c", IMPORT_ALL + PROBE, str(folder), package, *FOREIGN]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder)
    lines = [line.split(" ", 1) for line in done.stdout.splitlines()]
    return tuple([name for kind, name in lines if kind == wanted] for wanted in ("imported", "foreign"))


def modules_of(root, package):
    """Yield (full name, path) of each module of a package; an ``__init__.py`` has the name of its folder."""
    for path in sorted((root / package.replace(".", "/")).rglob("*.py")):
        yield ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"), path


def imports_of(path):
    """Yield the full names that a file imports, wherever in it: ``from a.b import c`` gives ``a.b.c``."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "a relative import"


def layer_of(name):
    """Return the top-level package of a full name."""
    return name.partition(".")[0]


def wing_of(name, package):
    """Return (wing, its height in the package) of a full name."""
    part = name.removeprefix(package).removeprefix(".").partition(".")[0]
    for height, wings in enumerate(WINGS[package]):
        if part in wings.split():
            return part, height
    return TOP, len(WINGS[package])


def upward_imports(root):
    """Return (file, import) for each import that goes up, or that the domain may not have."""
    found = []
    for height, layer in enumerate(LAYERS):
        forbidden = {
            *LAYERS[height + 1 :],
            "examples",
            "tests",
            "tools",
            "a relative import",
            *(FOREIGN if height == 0 else []),
        }
        for path in sorted((root / layer).rglob("*.py")):
            names = set(map(layer_of, imports_of(path))) & forbidden
            found += [(str(path.relative_to(root)), name) for name in sorted(names)]
    return found


def upward_imports_between_wings(root, package):
    """Return (module, import) for each import of a wing that does not stand below the importing one."""
    found = []
    for module, path in modules_of(root, package):
        own, own_height = wing_of(module, package)
        for name in imports_of(path):
            if name == package or name.startswith(package + "."):
                wing, height = wing_of(name, package)
                if wing != own and height >= own_height:
                    found.append((module, name))
    return found


def circle_of_imports(root):
    """Return modules that import each other in a circle, the first one again at the end; None if there are none."""
    paths = {module: path for layer in LAYERS for module, path in modules_of(root, layer)}
    graph = {}
    for module, path in paths.items():
        names = {name if name in paths else name.rpartition(".")[0] for name in imports_of(path)}
        graph[module] = (names & paths.keys()) - {module}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return error.args[1]
    return None


def table_of_tree(root):
    """Return (path, imports) of each wing, lowest first, and of what stands above the wings of each layer."""
    table = []
    for layer in LAYERS:
        used = {wing: set() for wing in [*WINGS[layer], TOP]}
        for module, path in modules_of(root, layer):
            for name in imports_of(path):
                imported = wing_of(name, layer)[0] if layer_of(name) == layer else layer_of(name)
                used[wing_of(module, layer)[0]].add(imported)
        for wing, names in used.items():
            file = f"{layer}/{wing}.py"
            folder = f"{layer}/{wing}/" if wing else f"{layer}/"
            imports = [name for name in [*LAYERS, *WINGS[layer]] if name in names - {wing}]
            table.append((file if (root / file).exists() else folder, ", ".join(imports) or "nothing"))
    return table


def table_of_contributing(text):
    """Return (path, imports) of each line of CONTRIBUTING.md's table of wings."""
    return re.findall(r"^\| `([^`]+)` \| .+ \| (.+) \|$", text, re.MULTILINE)


def house(folder, files):
    """Write made-up packages: {path: source}."""
    for path, source in {**{f"{layer}/__init__.py": "" for layer in LAYERS}, **files}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(textwrap.dedent(source))
    return folder


def test_importing_all_of_the_domain_loads_neither_beam_nor_google():
    imported, foreign = loaded_by(ROOT, "hyperphrase")
    assert len(list((ROOT / "hyperphrase").rglob("*.py"))) == 1 + len(imported)
    assert foreign == []


def test_a_domain_that_loads_beam_is_found(tmp_path):
    """By the same check, in a made-up domain that imports Beam inside a function called at import time."""
    sly = """
    def load():
        import apache_beam.pvalue
    load()
    """
    fake = {"apache_beam/__init__.py": "", "apache_beam/pvalue.py": ""}  # a stand-in: the real one takes seconds
    house(tmp_path, {"hyperphrase/sly.py": sly, **fake})
    assert loaded_by(tmp_path, "hyperphrase") == (["hyperphrase.sly"], ["apache_beam", "apache_beam.pvalue"])


@pytest.mark.parametrize(
    ("source", "passes"),
    [
        ("raise ImportError(\"torch is missing; pip install 'hyperphrase[torch]'\", name='torch')", True),
        ("raise ImportError(\"torch is missing; pip install 'torch'\", name='torch')", False),
        ("raise ImportError(\"a is missing; pip install 'hyperphrase[torch]'\", name='hyperphrase.a')", False),
        ("raise ImportError(\"a is missing; pip install 'hyperphrase[torch]'\")", False),
        ("import torch.utils.data", False),
        ("from hyperphrase import nothing", False),
    ],
)
def test_a_module_may_miss_a_training_library_if_it_names_the_extra(tmp_path, source, passes):
    house(tmp_path, {"hyperphrase/needy.py": source})
    if passes:
        assert loaded_by(tmp_path, "hyperphrase") == (["hyperphrase.needy"], [])
    else:
        with pytest.raises(subprocess.CalledProcessError):
            loaded_by(tmp_path, "hyperphrase")


def test_imports_go_down_only():
    assert upward_imports(ROOT) == []


@pytest.mark.parametrize(
    ("path", "source", "found"),
    [
        ("hyperphrase/a.py", "import transforms.files.storage", "transforms"),
        ("hyperphrase/a.py", "from beam_pipeline import run", "beam_pipeline"),
        ("hyperphrase/a.py", "def f():\n    from apache_beam import Map", "apache_beam"),
        ("hyperphrase/a.py", "import os, google.cloud.storage", "google"),
        ("hyperphrase/a.py", "from . import errors", "a relative import"),
        ("transforms/a.py", "import beam_pipeline as bp", "beam_pipeline"),
        ("beam_pipeline/a.py", "from tests.conftest import settings", "tests"),
        ("hyperphrase/a.py", "import examples.jax_grain", "examples"),
    ],
)
def test_an_import_that_goes_up_is_found(tmp_path, path, source, found):
    assert [(path, found)] == upward_imports(house(tmp_path, {path: source}))


def test_imports_that_go_down_are_none_of_it(tmp_path):
    down = {
        "hyperphrase/a.py": "import google_crc32c\nimport numpy",
        "transforms/a.py": "import apache_beam\nfrom hyperphrase.errors import InputError",
        "beam_pipeline/a.py": "import transforms.files.storage\nimport hyperphrase",
    }
    assert upward_imports(house(tmp_path, down)) == []


@pytest.mark.parametrize("package", WINGS)
def test_a_wing_imports_only_from_wings_below_it(package):
    assert upward_imports_between_wings(ROOT, package) == []


@pytest.mark.parametrize(
    ("package", "path", "source", "found"),
    [
        ("hyperphrase", "hyperphrase/laws/zipf.py", "import hyperphrase.phrases.recipe", "hyperphrase.phrases.recipe"),
        ("hyperphrase", "hyperphrase/errors.py", "from hyperphrase import limits", "hyperphrase.limits"),
        ("hyperphrase", "hyperphrase/report/a.py", "def f():\n    import hyperphrase", "hyperphrase"),
        ("hyperphrase", "hyperphrase/report/a.py", "from hyperphrase.api import Corpus", "hyperphrase.api.Corpus"),
        ("hyperphrase.laws", "hyperphrase/laws/text/a.py", "import hyperphrase.laws", "hyperphrase.laws"),
        (
            "hyperphrase.laws",
            "hyperphrase/laws/text/a.py",
            "from hyperphrase.laws.meaning import topics",
            "hyperphrase.laws.meaning.topics",
        ),
        ("transforms", "transforms/files/a.py", "import transforms.worker.context", "transforms.worker.context"),
        ("transforms", "transforms/worker/a.py", "from transforms import a", "transforms.a"),
        ("beam_pipeline", "beam_pipeline/terminal/a.py", "import beam_pipeline.engines", "beam_pipeline.engines"),
        ("beam_pipeline", "beam_pipeline/pipeline.py", "import beam_pipeline.run", "beam_pipeline.run"),
    ],
)
def test_an_import_of_a_wing_that_is_not_below_is_found(tmp_path, package, path, source, found):
    module = path.removesuffix(".py").replace("/", ".")
    assert [(module, found)] == upward_imports_between_wings(house(tmp_path, {path: source}), package)


def test_imports_of_wings_below_are_none_of_it(tmp_path):
    down = {
        "hyperphrase/__init__.py": "import hyperphrase.api",
        "hyperphrase/api.py": "import hyperphrase.report, hyperphrase.errors",
        "hyperphrase/report/a.py": "from hyperphrase.report import b\nfrom hyperphrase.corpus import Manifest",
        "hyperphrase/laws/mixture.py": "from hyperphrase.laws.registry import SYMBOL_LAWS",
        "transforms/write_shards.py": "import transforms.worker.context, transforms.expand_seeds",
        "beam_pipeline/plan.py": "import beam_pipeline.planning, beam_pipeline.run",
    }
    house(tmp_path, down)
    assert [upward_imports_between_wings(tmp_path, package) for package in WINGS] == [[]] * len(WINGS)


def test_no_modules_import_each_other_in_a_circle():
    assert circle_of_imports(ROOT) is None


def test_a_circle_of_imports_is_found(tmp_path):
    circle = {
        "hyperphrase/codecs/a.py": "from hyperphrase.codecs.b import encode",
        "hyperphrase/codecs/b.py": "def encode():\n    from hyperphrase.codecs import a",
    }
    modules = circle_of_imports(house(tmp_path, circle))
    assert {"hyperphrase.codecs.a", "hyperphrase.codecs.b"} == set(modules)


def test_the_order_names_every_folder_and_nothing_that_is_not_there():
    for package, wings in WINGS.items():
        folder = ROOT / package.replace(".", "/")
        listed = {name for names in wings for name in names.split()}
        folders = {path.parent.name for path in folder.glob("*/__init__.py")}
        files = {path.stem for path in folder.glob("*.py")}
        assert (set(), set()) == (folders - listed, listed - folders - files)


def test_contributing_lists_the_wings_in_their_order_with_what_they_import():
    assert table_of_tree(ROOT) == table_of_contributing((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
