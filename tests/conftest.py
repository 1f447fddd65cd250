"""What all tests share: one hypothesis profile, without a clock (machines are shared) and without surprises."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "hyperphrase",
    deadline=None,  # a kernel's first call compiles
    derandomize=True,  # the same examples on every machine
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("hyperphrase")
