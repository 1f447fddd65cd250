"""The page docs/calculation.md and the figures of README.ru.md, made from measurements.

``python -m tools.calculation`` measures and writes; ``--render`` writes from the measurements that are kept.
"""
