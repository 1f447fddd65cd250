"""Code for a process that imports all modules of a package as if no library that trains models were installed."""

LIBRARIES = ("datasets", "grain", "jax", "tensorflow", "torch")

# import_all(package) yields the names of the package's modules. The only error that a module may raise says which extra
# to install, and hyperphrase.libraries raises it.
IMPORT_ALL = f"""
import importlib, pkgutil, re, sys
sys.modules.update(dict.fromkeys({LIBRARIES}))  # None in place of a module: it cannot be imported

def import_all(package):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        try:
            importlib.import_module(module.name)
        except ImportError as error:
            told = re.search(r"pip install 'hyperphrase\\[[a-z]+\\]'$", str(error))
            if not told or str(error.name).partition(".")[0] not in {LIBRARIES}:
                raise
        yield module.name
"""
