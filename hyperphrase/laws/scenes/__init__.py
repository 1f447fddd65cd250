"""Sentences that stay about one thing.

``scene`` joins the grammars of the family ``text`` and the discourses of the family ``meaning``, and imports from both;
``scene_tables`` and ``scene_draws`` draw its words.
"""
