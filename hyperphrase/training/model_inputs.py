"""Contexts as models take them: the names, dtypes and conventions of each training library.

Every function takes contexts as a plan returns them, of shape (n, length), and returns arrays of numpy. A loss must not
join two phrases: the first token of a phrase is not to be predicted from the phrase before it, and padding not at all.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyperphrase.errors import InputError
from hyperphrase.training.pieces import PADDING_DOCUMENT

Batch = dict[str, NDArray[np.int32]]
Form = Callable[[Batch], Mapping[str, Any]]  # what most functions here are
IGNORED = -100  # the label that PyTorch's cross entropy leaves out


def for_transformers(contexts: Batch) -> dict[str, NDArray[np.int64]]:
    """Return ``input_ids``, ``labels`` and ``position_ids``, int64, (n, length), for Hugging Face transformers.

    labels: the ids, not shifted, and -100 for the first token of each phrase and for padding.
    """
    labels = contexts["input_ids"].astype(np.int64)
    labels[_begins(contexts) | _padded(contexts)] = IGNORED
    return {
        "input_ids": contexts["input_ids"].astype(np.int64),
        "labels": labels,
        "position_ids": contexts["position_ids"].astype(np.int64),
    }


def for_flex_attention(contexts: Batch) -> dict[str, NDArray[Any]]:
    """Return what :func:`for_transformers` does, and ``document_ids``, int32, (n, length), for masks of FlexAttention.

    document_ids: 0, 1, ... for the phrases in a context, -1 for padding. A mask that asks for equal document ids lets
    padding see padding alone, so that each token has one to attend to.
    """
    return {**for_transformers(contexts), "document_ids": contexts["document_ids"]}


def for_variable_length_attention(contexts: Batch) -> dict[str, Any]:
    """Return one row of all tokens, for attention kernels that take the bounds of sequences (FlashAttention).

    ``input_ids``, ``labels``, ``position_ids``: int64, (1, n x length). ``cu_seq_lens_q``, ``cu_seq_lens_k``: int32,
    (sequences + 1,), where each phrase begins and, last, the number of tokens; padding at the end of a context is a
    sequence too. ``max_length_q``, ``max_length_k``: the longest sequence, a Python int. ``seq_idx``: int32,
    (1, n x length), the number of each token's sequence.
    """
    rows: dict[str, Any] = {name: column.reshape(1, -1) for name, column in for_transformers(contexts).items()}
    bounds = _bounds(contexts)
    sizes = np.diff(bounds)
    longest = int(sizes.max())
    rows |= {"cu_seq_lens_q": bounds, "cu_seq_lens_k": bounds, "max_length_q": longest, "max_length_k": longest}
    rows["seq_idx"] = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes).reshape(1, -1)
    return rows


def for_jax(contexts: Batch) -> Batch:
    """Return ``inputs``, ``targets``, their ``_segmentation`` and ``_position``, int32, (n, length), as MaxText does.

    targets: the next token of the same phrase. Segmentations count the phrases of a context from 1 and are 0 where
    there is nothing to predict or to attend to: at the last token of a phrase for targets, and for padding.
    """
    ids, segments, positions = contexts["input_ids"], contexts["document_ids"] + 1, contexts["position_ids"]
    goes_on = np.zeros(ids.shape, np.bool_)
    goes_on[:, :-1] = (segments[:, 1:] == segments[:, :-1]) & (segments[:, 1:] > 0)
    return {
        "inputs": ids,
        "inputs_segmentation": segments,
        "inputs_position": positions,
        "targets": np.where(goes_on, np.roll(ids, -1, axis=1), 0),
        "targets_segmentation": np.where(goes_on, segments, 0),
        "targets_position": positions,
    }


def for_keras(contexts: Batch) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]:
    """Return (ids, targets, weights), int32, int32 and float32, (n, length), as ``fit`` of Keras takes them.

    targets: the next token. weights: 0 where it is of another phrase, or padding, else 1.
    """
    batch = for_jax(contexts)
    return batch["inputs"], batch["targets"], (batch["targets_segmentation"] > 0).astype(np.float32)


def for_megatron(contexts: Batch) -> dict[str, NDArray[Any]]:
    """Return ``tokens``, ``labels``, ``position_ids``, int64, and ``loss_mask``, float32, (n, length), for Megatron.

    labels: the next token. loss_mask: 0 where it is of another phrase, or padding.
    """
    batch = for_jax(contexts)
    return {
        "tokens": contexts["input_ids"].astype(np.int64),
        "labels": batch["targets"].astype(np.int64),
        "loss_mask": (batch["targets_segmentation"] > 0).astype(np.float32),
        "position_ids": contexts["position_ids"].astype(np.int64),
    }


def for_packed_megatron(contexts: Batch) -> dict[str, NDArray[Any]]:
    """Return what :func:`for_megatron` does in one row, shape (1, n x length), and the bounds of its sequences.

    ``cu_seqlens``: int32, (1, sequences + 1), where each phrase begins and, last, the number of tokens; padding at the
    end of a context is a sequence too. ``max_seqlen``: int32, (1,), the longest sequence.
    """
    bounds = _bounds(contexts)
    return {
        **{name: column.reshape(1, -1) for name, column in for_megatron(contexts).items()},
        "cu_seqlens": bounds.reshape(1, -1),
        "max_seqlen": np.diff(bounds).max(keepdims=True),
    }


def rows_of(form: Form, contexts: Batch) -> Mapping[str, Any]:
    """Return ``form(contexts)``. Raises InputError unless it gives arrays with a row for each context."""
    columns = form(contexts)
    check_rows(form, columns.values(), len(contexts["input_ids"]))
    return columns


def check_rows(form: Callable[[Batch], Any], columns: Iterable[Any], contexts: int) -> None:
    """Raise InputError unless each of ``columns``, which ``form`` has given, has a row for each of the contexts."""
    if any(np.shape(column)[:1] != (contexts,) for column in columns):
        problem = "gives no row for each context; take another one, or a reader of whole batches"
        raise InputError(problem, field="form", value=getattr(form, "__name__", form))


def _bounds(contexts: Batch) -> NDArray[np.int32]:
    """Return where the sequences of all contexts in a row begin, and the number of tokens: int32, (sequences + 1,)."""
    begins = _begins(contexts)
    begins[:, 1:] |= np.diff(contexts["document_ids"], axis=1) < 0  # where padding begins
    begins[:, 0] = True
    return np.append(np.flatnonzero(begins), begins.size).astype(np.int32)


def _padded(contexts: Batch) -> NDArray[np.bool_]:
    return np.asarray(contexts["document_ids"] == PADDING_DOCUMENT)


def _begins(contexts: Batch) -> NDArray[np.bool_]:
    """Tell which tokens are the first ones of a phrase, or of its part in a context."""
    return np.asarray((contexts["position_ids"] == 0) & ~_padded(contexts))
