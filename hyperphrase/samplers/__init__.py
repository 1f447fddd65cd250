"""The laws that draw ids, one file a law. A new file with a :class:`SamplerLaw` in it is found by itself."""

import importlib
import pkgutil
from collections.abc import Mapping

from hyperphrase.samplers.base import Sampler, SamplerLaw

__all__ = ["SAMPLERS", "Sampler", "SamplerLaw"]


def _laws() -> dict[str, type[SamplerLaw]]:
    modules = [importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]
    laws = [
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, SamplerLaw) and value.__module__ == module.__name__
    ]
    return {law.name: law for law in laws if hasattr(law, "name")}


#: All laws by name.
SAMPLERS: Mapping[str, type[SamplerLaw]] = _laws()
