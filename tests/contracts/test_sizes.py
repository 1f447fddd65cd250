"""Small modules, small functions, and a docstring on everything public."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ["hyperphrase", "transforms", "beam_pipeline", "benchmarks", "examples", "evidence"]
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
MODULE_LINES = 300  # a module has fewer
FUNCTION_LINES = 50  # a function has no more, decorators and docstring included
# Methods that override one of a base class, whose docstring says what they do. Names of Beam's own, since those
# base classes are not read here; methods of our own base classes are found by their names.
BEAMS = {"expand", "process", "setup", "teardown", "start_bundle", "finish_bundle", "display_data"} | {
    "create_accumulator", "add_input", "merge_accumulators", "extract_output", "default_label", "infer_output_type"
}  # fmt: skip
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions_of(tree):
    return [node for node in ast.walk(tree) if isinstance(node, Function)]


def lines_of(function):
    first = min([function.lineno, *(decorator.lineno for decorator in function.decorator_list)])
    return function.end_lineno - first + 1


def problems_of(source):
    """Return what is too long in a module."""
    found = []
    if source.count("\n") >= MODULE_LINES:
        found.append(f"module of {source.count(chr(10))} lines")
    for function in functions_of(ast.parse(source)):
        if lines_of(function) > FUNCTION_LINES:
            found.append(f"{function.name} of {lines_of(function)} lines")
    return found


def public_definitions(body, prefix=""):
    """Yield (qualified name, node, whether it is a method) of everything public, inner functions apart."""
    for node in body:
        if isinstance(node, (ast.ClassDef, *Function.__args__)) and not node.name.startswith("_"):
            yield prefix + node.name, node, bool(prefix)
            if isinstance(node, ast.ClassDef):
                yield from public_definitions(node.body, f"{prefix}{node.name}.")


def documented_methods(sources):
    """Return the names of methods that have a docstring somewhere: those that others may override without one."""
    return {
        node.name
        for source in sources
        for holder in ast.walk(ast.parse(source))
        if isinstance(holder, ast.ClassDef)
        for node in holder.body
        if isinstance(node, Function) and ast.get_docstring(node)
    }


def undocumented(source, overridden):
    """Return the public definitions of a module that lack a docstring, and the module itself if it does."""
    tree = ast.parse(source)
    found = [] if ast.get_docstring(tree) else ["module"]
    for name, node, is_method in public_definitions(tree.body):
        if not (ast.get_docstring(node) or (is_method and node.name in overridden)):
            found.append(name)
    return found


def offenders(problems):
    """Return {path: what ``problems`` finds in its source} of the modules in which it finds something."""
    found = {str(path.relative_to(ROOT)): problems(path.read_text(encoding="utf-8")) for path in SOURCES}
    return {path: some for path, some in found.items() if some}


def test_there_is_something_to_check():
    assert len(SOURCES) > 40


def test_modules_and_functions_are_small():
    assert offenders(problems_of) == {}


def test_everything_public_has_a_docstring():
    overridden = BEAMS | documented_methods(path.read_text(encoding="utf-8") for path in SOURCES)
    # an empty __init__.py says nothing and needs not say why
    assert offenders(lambda source: undocumented(source, overridden) if source.strip() else []) == {}


def test_what_is_too_long_is_found():
    long_function = "def f():\n" + "    x = 1\n" * 50
    assert problems_of(long_function) == ["f of 51 lines"]
    assert problems_of("def f():\n" + "    x = 1\n" * 49) == []
    assert problems_of("x = 1\n" * 300) == ["module of 300 lines"]


def test_what_is_not_documented_is_found():
    source = '''
def f(): ...
def _private(): ...
class C:
    """Documented."""
    def __init__(self): ...
    def method(self): ...
    def expand(self): ...
'''
    assert undocumented(source, BEAMS) == ["module", "f", "C.method"]
