"""These tests are collected where all libraries are installed: ./run.sh test --training installs them."""

from importlib.util import find_spec

LIBRARIES = ("accelerate", "bitsandbytes", "datasets", "grain", "jax", "megatron", "optax", "peft")
LIBRARIES += ("torch", "torchdata", "transformers")

if not all(map(find_spec, LIBRARIES)):
    collect_ignore_glob = ["test_*.py"]
else:
    import torch._dynamo  # noqa: F401  # with Triton: loaded after TensorFlow, whose LLVM is another, it ends the process
