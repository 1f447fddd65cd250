"""A stub: pyproject.toml says all. It stays for Beam's ``--setup_file`` and for tools that ask for a setup.py."""

from setuptools import setup

setup()
