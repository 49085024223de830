"""A command of the numbers while it runs."""

from typing import TypeAlias

from ...gateway.terminal import invocation
from .protocol import Desk

Invocation: TypeAlias = invocation.Invocation[Desk]
