"""Training loops of PyTorch as the docs write them: one process, and several ranks that stop and go on."""

import json
from types import SimpleNamespace

import numpy as np
import torch

from hyperphrase import Corpus
from hyperphrase.training.model_inputs import for_flex_attention
from hyperphrase.training.pytorch import ContextLoader
from tests.training.processes import group_of, run_ranks
from tests.training.small import PLAN, TOKENS, blocks_of, places, places_of, plan_of

torch.set_num_threads(1)
STEP = 64  # contexts of a global batch, in the docs
STOP = 10  # steps of the first run: in its second pass, which has steps 7 to 13


class Small(torch.nn.Module):
    """A model that keeps what it was trained on, and stops the program before a step."""

    def __init__(self, stop=None):
        super().__init__()
        torch.manual_seed(0)
        self.embedding = torch.nn.Embedding(TOKENS, 8)
        self.taken, self.stop = [], stop

    def forward(self, input_ids, labels, position_ids, use_cache):
        if len(self.taken) == self.stop:
            raise EOFError
        self.taken.append(places_of(input_ids))
        logits = self.embedding(input_ids) @ self.embedding.weight.T
        return SimpleNamespace(
            loss=torch.nn.functional.cross_entropy(logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten())
        )


def test_the_page_of_pytorch(monkeypatch):
    monkeypatch.setattr(Corpus, "open", lambda folder: SimpleNamespace(contexts=lambda length: PLAN))
    quick, _, flex = blocks_of("### PyTorch")
    names = {"model": Small()}
    exec(quick, names)
    assert names["model"].taken == [places(8 * step, 8 * step + 8) for step in range(PLAN.steps(8))]
    assert torch.isfinite(names["loss"])
    plan = plan_of(packing="best_fit", length=128)
    (batch,) = ContextLoader(plan, 3, form=for_flex_attention, steps=1)
    names = {"batch": batch}
    exec(flex, names)
    documents = plan[0:3]["document_ids"]
    seen = (documents[:, :, None] == documents[:, None, :]) & np.tri(128, dtype=bool)
    row, query, key = torch.meshgrid(torch.arange(3), torch.arange(128), torch.arange(128), indexing="ij")
    assert np.array_equal(names["same_phrase"](row, 0, query, key), seen)
    assert names["mask"].shape == (3, 1, 128, 128)


def train(small):
    """Run the loop of the docs with a model, until it stops it, in the process group that the environment names."""
    _, ranks, _ = blocks_of("### PyTorch")
    assert "step % 1000 == 0" in ranks
    names = {"plan": PLAN, "model": small, "ContextLoader": ContextLoader}
    try:
        exec(ranks.replace("step % 1000 == 0", "step % 2 == 0"), names)
    except EOFError:
        pass
    finally:
        torch.distributed.destroy_process_group()


RANK = f"""
import json
from tests.training.test_pytorch_loop import Small, train

small = Small(stop={STOP})
train(small)
print(json.dumps([small.taken, small.embedding.weight.sum(1).tolist()]))
"""


def test_ranks_see_the_whole_stream_and_go_on_as_another_number_of_them(tmp_path, monkeypatch):
    """Two ranks stop in the second epoch, and one goes on from their last checkpoint to the end."""
    (first, weights), (second, same) = [json.loads(out) for out in run_ranks(RANK, tmp_path, 2)]
    together = [mine + others for mine, others in zip(first, second, strict=True)]
    assert together == [places(STEP * step, STEP * step + STEP) for step in range(STOP)]
    assert weights == same
    monkeypatch.chdir(tmp_path)
    for name, value in group_of(1)[0].items():
        monkeypatch.setenv(name, value)
    small, begun = Small(), torch.load("checkpoint.pt")
    assert begun["loader"]["contexts"] == STEP * STOP
    assert begun["model"]["embedding.weight"].sum(1).tolist() == weights
    train(small)
    assert small.taken == [places(STEP * step, STEP * step + STEP) for step in range(STOP, 3 * PLAN.steps(STEP))]
    assert small.embedding.weight.sum(1).tolist() != weights
