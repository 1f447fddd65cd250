"""Evidence: what pre-training on corpora of hyperphrase teaches small models, measured with controls.

* All experiments: ``experiments`` has a file for each question. ``jobs`` runs its parts in processes and keeps what is
  finished; ``statistics``, ``reporting`` and ``pages`` say and draw the answer; ``command`` is ``python -m evidence``.
* Models: ``decoder``, ``optimizer``, ``corpora``, ``tasks``; ``pretraining`` trains on the laws of ``arms``,
  ``transfer`` takes weights over, ``recall`` trains on associative recall.
* English: ``text``; ``english_words`` and ``frozen_encoder``; ``english``, ``language_model`` and ``english_loss``;
  ``encodings`` and ``equal_compute``.
* Words: ``word_vectors`` and ``meaning`` learn words from what stands near them in phrases.
"""
