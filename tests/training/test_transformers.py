"""Models of transformers and their Trainer take contexts: in order, on from a checkpoint, on several ranks."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM, Trainer, TrainingArguments

from hyperphrase import Corpus
from hyperphrase.training.model_inputs import for_variable_length_attention
from hyperphrase.training.pytorch import ContextBatches, ContextDataset, ContextLoader
from tests.training.processes import run_ranks
from tests.training.small import LEXICON, PLAN, RECIPE, TOKENS, blocks_of, places, places_of, plan_of

torch.set_num_threads(1)

LLAMA = LlamaConfig(
    vocab_size=TOKENS, hidden_size=16, intermediate_size=16, num_hidden_layers=2, num_attention_heads=2,
    max_position_embeddings=64,
)  # fmt: skip
GPT2 = GPT2Config(
    vocab_size=TOKENS, n_embd=16, n_layer=2, n_head=2, n_positions=64, bos_token_id=0, eos_token_id=0,
    attn_pdrop=0.0, embd_pdrop=0.0, resid_pdrop=0.0,
)  # fmt: skip
TRAINED = 3  # steps before a checkpoint


class Recording(LlamaForCausalLM):
    """A small model that keeps the ids that it was trained on."""

    def __init__(self, config=LLAMA):
        torch.manual_seed(0)
        super().__init__(config)
        self.taken = []

    def forward(self, input_ids=None, labels=None, position_ids=None, **others):
        self.taken.append(input_ids.reshape(-1, 16))
        return super().forward(input_ids=input_ids, labels=labels, position_ids=position_ids, **others)

    def places(self):
        return [places_of(ids) for ids in self.taken]


class Counting(ContextDataset):
    """A dataset that keeps which contexts it was asked for."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.asked = []

    def __getitems__(self, indices):
        self.asked += indices
        return super().__getitems__(indices)


def arguments_of(folder, **options):
    defaults = {"per_device_train_batch_size": 4, "max_steps": 2 * TRAINED, "save_steps": TRAINED, "disable_tqdm": True}
    return TrainingArguments(
        str(folder), train_sampling_strategy="sequential", report_to="none", use_cpu=True, logging_steps=1,
        **{**defaults, **options},
    )  # fmt: skip


def losses_of(trainer):
    return [line["loss"] for line in trainer.state.log_history if "loss" in line]


@pytest.mark.parametrize("attention", ["sdpa", "eager", "flex_attention"])
@pytest.mark.parametrize(("model", "config"), [(LlamaForCausalLM, LLAMA), (GPT2LMHeadModel, GPT2)])
@pytest.mark.parametrize("packing", ["concat", "best_fit"])
def test_phrases_do_not_see_each_other_in_a_model_without_a_cache(model, config, attention, packing):
    if model is GPT2LMHeadModel and attention == "flex_attention":
        return  # it has none
    torch.manual_seed(0)
    made = model._from_config(config, attn_implementation=attention).eval()
    plan = plan_of(packing=packing, length=32)
    (batch,) = ContextLoader(plan, 4, steps=1)
    documents = torch.from_numpy(plan[0:4]["document_ids"])
    reference = model._from_config(config, attn_implementation="eager").eval()
    reference.load_state_dict(made.state_dict())
    with torch.no_grad():
        together = made(**batch, use_cache=False).logits
        leaking = made(**batch).logits
        leaks = 0
        for row in range(4):
            for document in range(documents[row].max() + 1):
                at = (documents[row] == document).nonzero()[:, 0]
                alone = reference(batch["input_ids"][row : row + 1, at]).logits[0]
                assert torch.allclose(together[row, at], alone, atol=1e-5)
                leaks += not torch.allclose(leaking[row, at], alone, atol=1e-3)
    assert torch.isfinite(together).all()
    assert leaks  # what the docs warn of, with a cache


def test_trainer_goes_on_from_a_checkpoint_with_the_next_context(tmp_path):
    runs = []
    for resume in (False, True):
        model, dataset = Recording(), Counting(PLAN, epochs=2)
        trainer = Trainer(model, arguments_of(tmp_path), train_dataset=dataset)
        trainer.train(resume_from_checkpoint=str(tmp_path / f"checkpoint-{TRAINED}") if resume else None)
        runs.append((model.places(), losses_of(trainer), dataset.asked))
    (whole, whole_losses, _), (rest, losses, asked) = runs
    assert whole == [places(4 * step, 4 * step + 4) for step in range(2 * TRAINED)]
    assert rest == whole[TRAINED:]
    assert losses == whole_losses  # the log of the first half is in the checkpoint
    assert min(asked) == 4 * TRAINED  # what is skipped is not made


def test_trainer_takes_whole_batches(tmp_path):
    """In one row, as variable-length attention wants them; the loss is that of the same contexts in rows."""
    runs = []
    for whole in (True, False):
        model = Recording()
        one = {"per_device_train_batch_size": 1, "remove_unused_columns": False}
        options = {"data_collator": lambda items: items[0]} if whole else {}
        dataset = ContextBatches(PLAN.stream(4), for_variable_length_attention) if whole else ContextDataset(PLAN)
        trainer = Trainer(model, arguments_of(tmp_path, **one if whole else {}), train_dataset=dataset, **options)
        trainer.train()
        runs.append((model.places(), losses_of(trainer)))
    assert runs[0][0] == runs[1][0]
    assert runs[0][1] == pytest.approx(runs[1][1], rel=1e-4)


def test_the_page_of_trainer(tmp_path, monkeypatch):
    """The code of the docs, on a small corpus and with few steps."""
    monkeypatch.chdir(tmp_path)
    few = Corpus.virtual(RECIPE, LEXICON, seeds=(0, 100)).contexts(length=16)
    monkeypatch.setattr(Corpus, "open", lambda folder: SimpleNamespace(contexts=lambda length: few))
    quick, whole = blocks_of("### Hugging Face Trainer")
    names = {"model": Recording()}
    exec(quick, names)
    assert np.array_equal(torch.cat(names["model"].taken), few[0 : 3 * len(few)]["input_ids"])
    names["model"] = Recording()
    assert "10_000" in whole
    exec(whole.replace("10_000", "2"), names)
    assert np.array_equal(torch.cat(names["model"].taken), few[0:16]["input_ids"])


RANKS = """
import json
from accelerate import Accelerator, DataLoaderConfiguration
from accelerate.state import AcceleratorState
from torch.utils.data import DataLoader
from hyperphrase.training.pytorch import ContextBatches, ContextDataset, ContextLoader
from tests.training.small import PLAN, places_of
from tests.training.test_transformers import Recording, Trainer, arguments_of

model = Recording()
Trainer(model, arguments_of("out", max_steps=3), train_dataset=ContextDataset(PLAN)).train()
AcceleratorState._reset_state()
accelerator = Accelerator(cpu=True)
rank, ranks = accelerator.process_index, accelerator.num_processes
shared = {"Trainer": model.places()}
for name, loader in {
    "ContextDataset": DataLoader(ContextDataset(PLAN), batch_size=4),
    "ContextBatches": DataLoader(ContextBatches(PLAN.stream(4)), batch_size=None),
    "ContextLoader": ContextLoader(PLAN, 4, rank, ranks),
}.items():
    shared[name] = [places_of(batch["input_ids"]) for _, batch in zip(range(3), accelerator.prepare(loader))]
accelerator.end_training()
print(json.dumps(shared))
"""


def test_trainer_and_accelerate_share_contexts_out_in_rank_order(tmp_path):
    ranks = [json.loads(out.splitlines()[-1]) for out in run_ranks(RANKS, tmp_path, 2, ACCELERATE_USE_CPU="true")]
    for name in ("Trainer", "ContextDataset", "ContextBatches", "ContextLoader"):
        together = [first + second for first, second in zip(*(rank[name] for rank in ranks), strict=True)]
        assert together == [places(8 * step, 8 * step + 8) for step in range(3)]
