"""Evidence: what pre-training on corpora of hyperphrase teaches small models, measured with controls.

``decoder``, ``optimizer``, ``corpora`` and ``tasks`` are the models and what they are trained and tested on;
``pretraining`` trains them on laws. ``word_vectors`` and ``meaning`` learn words from what stands near them in phrases.
``jobs`` runs the parts of an experiment in processes, keeps what is finished, and goes on after a stop.
``experiments`` has one file for each question; ``statistics`` and ``reporting`` say and draw the answer.
``python -m evidence`` runs all.
"""
