"""Feed a corpus to a training run: contexts of equal length, in a shuffled order that any process can compute.

``contexts`` has the plan of a training run: context i depends on corpus, seed and options alone, so that any number of
ranks and workers see the same stream and a run resumes anywhere. ``stream`` iterates over a rank's part of it.
``packing`` puts phrases into contexts, ``token_positions`` finds them, and ``source`` gives them. ``model_inputs`` has
contexts as models take them; ``pytorch``, ``jax_grain``, ``tensorflow_data`` and ``hugging_face`` as libraries do.
"""

from hyperphrase.training.contexts import ContextPlan, plan_contexts
from hyperphrase.training.mixing import mix_contexts
from hyperphrase.training.stream import ContextStream

__all__ = ["ContextPlan", "ContextStream", "mix_contexts", "plan_contexts"]
